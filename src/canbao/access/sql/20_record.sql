-- The chained record. Nothing but access_record() writes it, and nobody changes it. What is hashed is an array, so that no
-- word can be moved from one field into the next and leave the hash as it was.

CREATE OR REPLACE FUNCTION access_link(previous bytea, county text, "position" bigint, at timestamptz, actor text, verb text, subject text, detail jsonb)
RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
    SELECT sha256(previous || convert_to(jsonb_build_array(county, "position", extract(epoch FROM at), actor, verb, subject, detail)::text, 'UTF8'))
$$;

-- Who is signed in can put on record what they did, in their own county, and nothing in somebody else's name; nor what only a function of the
-- owner's says (fingerprints, by which rows are found to be altered).
CREATE OR REPLACE FUNCTION access_record(in_county text, in_actor text, in_verb text, in_subject text, in_detail jsonb)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    ticket text[] := access_ticket();
BEGIN
    PERFORM scope_must_be(in_actor);
    IF ticket IS NOT NULL AND NOT (rpad(in_county, 12, '0') >= ticket[1] AND rpad(in_county, 12, '0') < ticket[2]) AND left(ticket[1], 6) <> in_county THEN
        RAISE EXCEPTION 'the record of % is not within the scope', in_county USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF in_verb = 'fingerprints.taken' THEN
        RAISE EXCEPTION 'fingerprints are put on record by who takes them' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN access_add_link(in_county, in_actor, in_verb, in_subject, in_detail);
END $$;

CREATE OR REPLACE FUNCTION access_add_link(in_county text, in_actor text, in_verb text, in_subject text, in_detail jsonb)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    head access_chainhead%ROWTYPE;
    now_at timestamptz;
    link bytea;
BEGIN
    INSERT INTO access_chainhead (county, position, hash) VALUES (in_county, 0, '\x') ON CONFLICT DO NOTHING;
    SELECT * INTO head FROM access_chainhead WHERE county = in_county FOR UPDATE;
    now_at := clock_timestamp();
    link := access_link(head.hash, in_county, head.position + 1, now_at, in_actor, in_verb, in_subject, in_detail);
    INSERT INTO access_record (county, position, at, actor, verb, subject, detail, hash)
    VALUES (in_county, head.position + 1, now_at, in_actor, in_verb, in_subject, in_detail, link);
    UPDATE access_chainhead SET position = head.position + 1, hash = link WHERE county = in_county;
    RETURN head.position + 1;
END $$;
REVOKE ALL ON FUNCTION access_add_link(text, text, text, text, jsonb) FROM PUBLIC;

-- The first row that does not follow from the one before it; null: the chain is whole up to its head.
CREATE OR REPLACE FUNCTION access_broken_link(in_county text) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH chain AS (
        SELECT r.*, lag(r.hash, 1, '\x'::bytea) OVER (ORDER BY position) AS previous,
               row_number() OVER (ORDER BY position) AS expected
          FROM access_record r WHERE county = in_county
    ), broken AS (
        SELECT min(position) AS position FROM chain
         WHERE position <> expected OR hash <> access_link(previous, county, position, at, actor, verb, subject, detail)
    ), short AS (  -- rows cut off at the end: the head knows how many there were
        SELECT count(c.*) + 1 AS position FROM access_chainhead h LEFT JOIN chain c ON true
         WHERE h.county = in_county GROUP BY h.position HAVING count(c.*) <> h.position
    ), rewritten AS (  -- the last row with a hash that fits it, but is not the one that the head knows
        SELECT h.position FROM access_chainhead h JOIN chain c ON c.position = h.position
         WHERE h.county = in_county AND c.hash <> h.hash
    )
    SELECT coalesce((SELECT position FROM broken), (SELECT position FROM short), (SELECT position FROM rewritten))
$$;

CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % is refused; correct it by a further row', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation';
END $$;

-- Rows that are written once and of which a few columns may change later: the trigger's arguments are their names.
CREATE OR REPLACE FUNCTION refuse_change_but() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR to_jsonb(NEW) - TG_ARGV <> to_jsonb(OLD) - TG_ARGV THEN
        RAISE EXCEPTION '% is append-only: % is refused; correct it by a further row', TG_TABLE_NAME, TG_OP
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

-- Put the guard on a table. `may_change` names the columns that may change later; without any, nothing may.
CREATE OR REPLACE FUNCTION access_append_only(guarded regclass, VARIADIC may_change text[] DEFAULT '{}') RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('DROP TRIGGER IF EXISTS append_only ON %s', guarded);
    EXECUTE format('DROP TRIGGER IF EXISTS kept_but ON %s', guarded);
    IF may_change = '{}' THEN
        EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %s
                        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', guarded);
    ELSE
        EXECUTE format('CREATE TRIGGER append_only BEFORE TRUNCATE ON %s
                        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', guarded);
        EXECUTE format('CREATE TRIGGER kept_but BEFORE UPDATE OR DELETE ON %s FOR EACH ROW EXECUTE FUNCTION refuse_change_but(%s)',
                       guarded, (SELECT string_agg(quote_literal(one), ', ') FROM unnest(may_change) one));
    END IF;
END $$;
REVOKE ALL ON FUNCTION access_append_only(regclass, text[]) FROM PUBLIC;

SELECT access_append_only('access_record');
SELECT access_append_only('access_chainhead', 'position', 'hash');

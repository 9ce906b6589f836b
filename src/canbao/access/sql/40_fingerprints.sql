-- Rows that are written once keep a fingerprint from the close of the day on. Which tables: those under the guard of
-- access_append_only() that say whose county a row is. Which columns: those that never change. The record is left out, it has its own chain.
-- Whoever owns the database can switch a guard off, alter a row, and even take its fingerprint anew; the digests of all
-- fingerprints of a day are in the chained record, whose root is printed (decision 0026).

-- Tables under guard with the columns that never change, and whether the guard is on.
CREATE OR REPLACE FUNCTION access_written_once() RETURNS TABLE ("table" text, columns text[], is_guarded boolean)
LANGUAGE sql STABLE AS $$
    SELECT c.relname::text,
           (SELECT array_agg(a.attname::text ORDER BY a.attname) FROM pg_attribute a
             WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
               AND a.attname::text <> ALL (string_to_array(encode(t.tgargs, 'escape'), '\000'))),
           t.tgenabled = 'O'
      FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
     WHERE (t.tgname = 'kept_but' OR (t.tgname = 'append_only' AND t.tgtype & 16 <> 0  -- refuses UPDATE
                                        AND NOT EXISTS (SELECT FROM pg_trigger o WHERE o.tgrelid = c.oid AND o.tgname = 'kept_but')))
       AND c.relname NOT IN ('access_record', 'access_chainhead', 'access_fingerprints')
       AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'county')
       AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'id')
     ORDER BY 1
$$;

-- An expression that is the row's fingerprint: of an array, so that nothing can be moved from one column into the next.
CREATE OR REPLACE FUNCTION access_print_of(columns text[]) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT 'substr(sha256(convert_to(jsonb_build_array('
           || string_agg('t.' || quote_ident(name), ', ' ORDER BY nth) || ')::text, ''UTF8'')), 1, 16)'
      FROM unnest(columns) WITH ORDINALITY AS c(name, nth)
$$;

CREATE OR REPLACE FUNCTION access_digest_of(county text, taken integer, "table" text, columns text[], ids text[], prints bytea)
RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
    SELECT sha256(convert_to(jsonb_build_array(county, taken, "table", columns, ids)::text, 'UTF8') || prints)
$$;

-- Take the fingerprints of every row of a county that has none yet, and put their digests on the county's record. Returns how many.
-- One at a time for a county; the record's head is locked at the very end.
CREATE OR REPLACE FUNCTION access_take_fingerprints(in_county text, in_actor text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    once record;
    nth integer;
    told jsonb;
BEGIN
    PERFORM scope_must_be(in_actor);
    PERFORM scope_must_cover(in_county);
    PERFORM pg_advisory_xact_lock(hashtextextended(in_county || '|fingerprints', 0));
    SELECT coalesce(max(taken), 0) + 1 INTO nth FROM access_fingerprints WHERE county = in_county;
    FOR once IN SELECT * FROM access_written_once() LOOP
        EXECUTE format($take$
            WITH known AS (
                SELECT unnest(f.ids) AS id FROM access_fingerprints f WHERE f.county = $1 AND f."table" = $3
            ), fresh AS (
                SELECT t.id::text COLLATE "C" AS id, %s AS print FROM %I t
                 WHERE t.county = $1 AND NOT EXISTS (SELECT FROM known k WHERE k.id = t.id::text)
            ), parts AS (
                SELECT array_agg(id ORDER BY id) AS ids, string_agg(print, ''::bytea ORDER BY id) AS prints
                  FROM (SELECT f.*, (row_number() OVER (ORDER BY f.id) - 1) / 1000 AS part FROM fresh f) numbered GROUP BY part
            )
            INSERT INTO access_fingerprints (county, taken, "table", columns, ids, prints)
            SELECT $1, $2, $3, $4, ids, prints FROM parts
        $take$, access_print_of(once.columns), once."table") USING in_county, nth, once."table", once.columns;
    END LOOP;
    SELECT jsonb_build_object('taken', nth, 'rows', coalesce(sum(rows), 0), 'tables',
                              coalesce(jsonb_object_agg("table", jsonb_build_array(rows, digest)), '{}'))
      INTO told FROM access_fingerprints_of(in_county, nth);
    PERFORM access_add_link(in_county, in_actor, 'fingerprints.taken', 'county:' || in_county, told);
    RETURN (told->>'rows')::bigint;
END $$;

-- By table, how many rows a taking holds, and one digest that stands for all its parts.
CREATE OR REPLACE FUNCTION access_fingerprints_of(in_county text, in_taken integer) RETURNS TABLE ("table" text, rows bigint, digest text)
LANGUAGE sql STABLE AS $$
    SELECT f."table"::text, sum(cardinality(f.ids))::bigint,
           encode(sha256(string_agg(access_digest_of(f.county, f.taken, f."table", f.columns::text[], f.ids, f.prints), ''::bytea ORDER BY f.ids[1] COLLATE "C")), 'hex')
      FROM access_fingerprints f WHERE f.county = in_county AND f.taken = in_taken GROUP BY f."table"
$$;

-- What is not as it was when its fingerprint was taken, the earliest taking first: `how` is altered, gone, or for a whole
-- table fingerprints (they were altered themselves), columns (it is not built any more as it was), guard (it is switched off).
CREATE OR REPLACE FUNCTION access_altered(in_county text, at_most integer)
RETURNS TABLE (taken integer, "table" text, id text, how text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
#variable_conflict use_column
DECLARE
    built record;
    found jsonb := '[]';
    here jsonb;
BEGIN
    PERFORM scope_must_cover(in_county);
    -- a taking is what the record says of it: no more tables, no fewer, each with its digest
    WITH said AS (
        SELECT (r.detail->>'taken')::integer AS taken, e.key AS name, e.value->>1 AS digest
          FROM access_record r LEFT JOIN LATERAL jsonb_each(r.detail->'tables') e ON true
         WHERE r.county = in_county AND r.verb = 'fingerprints.taken'
    ), held AS (
        SELECT n.taken, h."table" AS name, h.digest
          FROM (SELECT DISTINCT f.taken FROM access_fingerprints f WHERE f.county = in_county) n
          CROSS JOIN LATERAL access_fingerprints_of(in_county, n.taken) h
    )
    SELECT coalesce(jsonb_agg(jsonb_build_array(taken, name, '', 'fingerprints')), '[]') INTO here
      FROM said FULL JOIN held USING (taken, name) WHERE name IS NOT NULL AND said.digest IS DISTINCT FROM held.digest;
    found := found || here;
    FOR built IN SELECT f."table" AS name, f.columns::text[] AS columns, min(f.taken) AS first FROM access_fingerprints f
                  WHERE f.county = in_county GROUP BY 1, 2 ORDER BY 3, 1 LOOP
        IF EXISTS (SELECT FROM unnest(built.columns) c(name) WHERE NOT EXISTS (
                     SELECT FROM pg_attribute a WHERE a.attrelid = to_regclass(quote_ident(built.name)) AND a.attname = c.name AND NOT a.attisdropped)) THEN
            found := found || jsonb_build_array(jsonb_build_array(built.first, built.name, '', 'columns'));
            CONTINUE;
        END IF;
        EXECUTE format($look$
            SELECT coalesce(jsonb_agg(jsonb_build_array(taken, $4, id, how)), '[]') FROM (
                SELECT k.taken, k.id, CASE WHEN t.id IS NULL THEN 'gone' ELSE 'altered' END AS how
                  FROM (SELECT f.taken, u.id, substr(f.prints, (u.nth::integer - 1) * 16 + 1, 16) AS print
                          FROM access_fingerprints f, unnest(f.ids) WITH ORDINALITY AS u(id, nth)
                         WHERE f.county = $1 AND f."table" = $4 AND f.columns = $2::varchar[]) k
                  LEFT JOIN %I t ON t.id::text = k.id
                 WHERE t.id IS NULL OR %s <> k.print ORDER BY k.taken, k.id LIMIT $3) wrong
        $look$, built.name, access_print_of(built.columns)) INTO here USING in_county, built.columns, at_most, built.name;
        found := found || here;
        IF NOT EXISTS (SELECT FROM access_written_once() o WHERE o."table" = built.name AND o.is_guarded) THEN
            found := found || jsonb_build_array(jsonb_build_array(built.first, built.name, '', 'guard'));
        END IF;
    END LOOP;
    RETURN QUERY SELECT DISTINCT (w->>0)::integer, w->>1, w->>2, w->>3 FROM jsonb_array_elements(found) w ORDER BY 1, 2, 3, 4 LIMIT at_most;
END $$;

REVOKE ALL ON FUNCTION access_written_once(), access_take_fingerprints(text, text), access_fingerprints_of(text, integer), access_altered(text, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION access_take_fingerprints(text, text), access_altered(text, integer) TO canbao_app;
SELECT access_append_only('access_fingerprints');

-- The scope of the present work, as a signed ticket in the session setting canbao.ticket:
--     first|after|household|expires|actor|hmac
-- Policies call scope_first() and its sisters as (SELECT …), so that a ticket is checked once a query and not once a
-- row. No ticket: null, and a comparison with null shows nothing. A forged or outworn one is an error, said aloud.

CREATE OR REPLACE FUNCTION access_ticket() RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    ticket text := current_setting('canbao.ticket', true);
    fields text[];
    body text;
    key access_secret%ROWTYPE;
BEGIN
    IF ticket IS NULL OR ticket = '' THEN
        RETURN NULL;
    END IF;
    fields := string_to_array(ticket, '|');
    IF array_length(fields, 1) IS DISTINCT FROM 6 THEN
        RAISE EXCEPTION 'the scope ticket is not a ticket' USING ERRCODE = 'insufficient_privilege';
    END IF;
    body := left(ticket, length(ticket) - length(fields[6]) - 1);
    SELECT * INTO STRICT key FROM access_secret WHERE name = 'scope';
    IF encode(sha256(key.outer || sha256(key.inner || convert_to(body, 'UTF8'))), 'hex') <> fields[6] THEN
        RAISE EXCEPTION 'the scope ticket is forged' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF fields[4]::bigint < extract(epoch FROM clock_timestamp()) THEN
        RAISE EXCEPTION 'the scope ticket has run out' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN fields;
END $$;

CREATE OR REPLACE FUNCTION scope_first() RETURNS text LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$ SELECT (access_ticket())[1] $$;

CREATE OR REPLACE FUNCTION scope_after() RETURNS text LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$ SELECT (access_ticket())[2] $$;

CREATE OR REPLACE FUNCTION scope_household() RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$ SELECT nullif((access_ticket())[3], '')::bigint $$;

CREATE OR REPLACE FUNCTION scope_actor() RETURNS text LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$ SELECT (access_ticket())[5] $$;

-- Functions that run as the owner see every row, so they ask themselves whether the scope covers the whole county.
CREATE OR REPLACE FUNCTION scope_must_cover(county text) RETURNS void
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    whole text := rpad(county, 12, '0');
BEGIN
    IF whole IS NULL OR scope_first() IS NULL OR whole < scope_first() OR whole >= scope_after() OR scope_household() IS NOT NULL THEN
        RAISE EXCEPTION 'this is work for the whole county' USING ERRCODE = 'insufficient_privilege';
    END IF;
END $$;

-- Functions that run as the owner and write down who did something: a person signs as themselves, and nobody else signs
-- as a person. Whoever works without being one (a nightly command, a gateway's callback) signs as no person either.
CREATE OR REPLACE FUNCTION scope_must_be(who text) RETURNS void
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    people text[] := ARRAY['staff:%', 'resident:%'];
BEGIN
    IF who IS NULL OR who = '' THEN
        RAISE EXCEPTION 'nobody has signed' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF scope_actor() IS NULL AND who LIKE ANY (people) THEN
        RAISE EXCEPTION 'nobody is signed in as %', who USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF (scope_actor() LIKE ANY (people) OR who LIKE ANY (people)) AND who <> scope_actor() THEN
        RAISE EXCEPTION '% cannot speak for %', scope_actor(), who USING ERRCODE = 'insufficient_privilege';
    END IF;
END $$;

-- For tables that decide what others owe or see: under the application's role only work for the whole county writes them.
-- The trigger's argument is the column that holds the county's code or a division's.
CREATE OR REPLACE FUNCTION access_county_work() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_user = 'canbao_app' THEN
        IF TG_OP = 'UPDATE' THEN
            PERFORM scope_must_cover(left(to_jsonb(OLD)->>TG_ARGV[0], 6));
        END IF;
        PERFORM scope_must_cover(left(to_jsonb(NEW)->>TG_ARGV[0], 6));
    END IF;
    RETURN NEW;
END $$;

-- Put the guard on a table: rows within the scope's divisions and, for a resident, of their household.
-- `household` is the name of the column that holds the household, or '' where only staff may look.
CREATE OR REPLACE FUNCTION access_guard(guarded regclass, household text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    narrowed text := CASE WHEN household = '' THEN '(SELECT scope_household()) IS NULL'
        ELSE format('((SELECT scope_household()) IS NULL OR %I = (SELECT scope_household()))', household) END;
    inside text := '(division >= (SELECT scope_first()) AND division < (SELECT scope_after()) AND ' || narrowed || ')';
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', guarded);
    EXECUTE format('DROP POLICY IF EXISTS within_scope ON %s', guarded);
    EXECUTE format('CREATE POLICY within_scope ON %s USING %s WITH CHECK %s', guarded, inside, inside);
END $$;

REVOKE ALL ON FUNCTION access_guard(regclass, text) FROM PUBLIC;

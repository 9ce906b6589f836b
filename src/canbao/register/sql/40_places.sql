-- What hangs on a household (bills, money, papers) carries the household's place, by which it is seen. When the household's place
-- changes, theirs may follow, and only there; of an open bill or order the collecting unit follows, too. Nothing else of such a row
-- changes with it: that is each table's own guard.
CREATE OR REPLACE FUNCTION register_follows_household() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    was jsonb := to_jsonb(OLD);
    becomes jsonb := to_jsonb(NEW);
    home register_household%ROWTYPE;
BEGIN
    SELECT * INTO home FROM register_household WHERE id = (becomes ->> 'household_id')::bigint;
    IF becomes -> 'division' IS DISTINCT FROM was -> 'division' AND becomes ->> 'division' IS DISTINCT FROM home.division THEN
        RAISE EXCEPTION '% % lies where its household lies', TG_TABLE_NAME, was -> 'id' USING ERRCODE = 'restrict_violation';
    END IF;
    IF becomes -> 'unit_id' IS DISTINCT FROM was -> 'unit_id'
       AND (was ->> 'state' <> 'open' OR (becomes ->> 'unit_id')::bigint IS DISTINCT FROM home.unit_id) THEN
        RAISE EXCEPTION '% % is collected by its household''s unit', TG_TABLE_NAME, was -> 'id' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION register_follows_household() FROM PUBLIC;

CREATE OR REPLACE FUNCTION register_may_follow(guarded regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('DROP TRIGGER IF EXISTS follows_household ON %s', guarded);
    EXECUTE format('CREATE TRIGGER follows_household BEFORE UPDATE ON %s FOR EACH ROW
                    WHEN (NEW.division IS DISTINCT FROM OLD.division) EXECUTE FUNCTION register_follows_household()', guarded);
END $$;
REVOKE ALL ON FUNCTION register_may_follow(regclass) FROM PUBLIC;

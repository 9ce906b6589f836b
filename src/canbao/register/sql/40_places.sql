-- Somebody is registered where their household is: by a person's village they are seen, by the household's their bills and receipts.
-- Whoever comes in is looked at as a set, at once: the household is there before them. FOR SHARE: it goes to no other village while
-- somebody is coming in whom that would leave behind.
CREATE OR REPLACE FUNCTION register_come_home() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    who bigint;
BEGIN
    PERFORM 1 FROM register_household h WHERE h.id IN (SELECT household_id FROM becomes) ORDER BY h.id FOR SHARE;
    SELECT b.id INTO who FROM becomes b JOIN register_household h ON h.id = b.household_id
     WHERE (b.county, b.division) <> (h.county, h.division) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'resident % is not where their household is', who USING ERRCODE = 'restrict_violation', CONSTRAINT = 'at_home';
    END IF;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION register_come_home() FROM PUBLIC;
DROP TRIGGER IF EXISTS come_home ON register_resident;
CREATE TRIGGER come_home AFTER INSERT ON register_resident
    REFERENCING NEW TABLE AS becomes FOR EACH STATEMENT EXECUTE FUNCTION register_come_home();

-- Whoever goes, alone or with the household, is where it is at the end of the transaction: a village's people follow its households.
CREATE OR REPLACE FUNCTION register_stay_home() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    is_person boolean := TG_TABLE_NAME = 'register_resident';
    home bigint := to_jsonb(NEW) ->> CASE WHEN is_person THEN 'household_id' ELSE 'id' END;
    who bigint;
BEGIN
    PERFORM 1 FROM register_household WHERE id = home FOR SHARE;
    SELECT r.id INTO who FROM register_household h JOIN register_resident r ON r.household_id = h.id
     WHERE h.id = home AND (NOT is_person OR r.id = NEW.id) AND (r.county, r.division) <> (h.county, h.division) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'resident % is not where their household is', who USING ERRCODE = 'restrict_violation', CONSTRAINT = 'at_home';
    END IF;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION register_stay_home() FROM PUBLIC;
DROP TRIGGER IF EXISTS person_at_home ON register_resident;
CREATE CONSTRAINT TRIGGER person_at_home AFTER UPDATE OF county, division, household_id ON register_resident DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN ((NEW.county, NEW.division, NEW.household_id) IS DISTINCT FROM (OLD.county, OLD.division, OLD.household_id))
    EXECUTE FUNCTION register_stay_home();
DROP TRIGGER IF EXISTS people_at_home ON register_household;
CREATE CONSTRAINT TRIGGER people_at_home AFTER UPDATE OF county, division ON register_household DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN ((NEW.county, NEW.division) IS DISTINCT FROM (OLD.county, OLD.division)) EXECUTE FUNCTION register_stay_home();

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

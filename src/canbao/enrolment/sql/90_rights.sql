-- An enrolment is made by confirmation alone, so the application may read it and not write it. Bills are made and
-- superseded by opening and re-adjusting; only confirmation settles them (see the trigger).
REVOKE UPDATE ON enrolment_billassessment, enrolment_bill FROM canbao_app;
GRANT SELECT, INSERT, UPDATE ON enrolment_campaign, enrolment_target TO canbao_app;
GRANT SELECT, INSERT ON enrolment_billassessment, enrolment_bill TO canbao_app;
DROP TRIGGER IF EXISTS county_work ON enrolment_campaign;
CREATE TRIGGER county_work BEFORE INSERT OR UPDATE ON enrolment_campaign FOR EACH ROW EXECUTE FUNCTION access_county_work('county');
GRANT SELECT ON enrolment_enrolment TO canbao_app;
SELECT access_guard('enrolment_bill', 'household_id');
SELECT access_guard('enrolment_enrolment', 'household_id');

-- A settled bill is a fact about money: it is not changed, and only the owner's functions make one.
CREATE OR REPLACE FUNCTION enrolment_keep_settled() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.state = 'settled' THEN
        RAISE EXCEPTION 'bill % is settled; a difference is a further version', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.state = 'settled' AND current_user = 'canbao_app' THEN
        RAISE EXCEPTION 'a bill can be settled by confirmation alone' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
DROP TRIGGER IF EXISTS keep_settled ON enrolment_bill;
CREATE TRIGGER keep_settled BEFORE UPDATE ON enrolment_bill FOR EACH ROW EXECUTE FUNCTION enrolment_keep_settled();
DROP TRIGGER IF EXISTS born_open ON enrolment_bill;
CREATE TRIGGER born_open BEFORE INSERT ON enrolment_bill FOR EACH ROW WHEN (NEW.state = 'settled')
    EXECUTE FUNCTION enrolment_keep_settled();

-- An enrolment is made by confirmation alone, so the application may read it and not write it. Bills are made and
-- superseded by opening and re-adjusting; only confirmation settles them (see the trigger).
REVOKE UPDATE ON enrolment_billassessment, enrolment_bill FROM canbao_app;
GRANT SELECT, INSERT, UPDATE ON enrolment_campaign, enrolment_target TO canbao_app;
GRANT SELECT, INSERT ON enrolment_billassessment, enrolment_bill TO canbao_app;
DROP TRIGGER IF EXISTS county_work ON enrolment_campaign;
CREATE TRIGGER county_work BEFORE INSERT OR UPDATE ON enrolment_campaign FOR EACH ROW EXECUTE FUNCTION access_county_work('county');
-- An edition is written once; a campaign names one of its own, and the newest: nothing is put back in force in silence.
GRANT SELECT, INSERT ON enrolment_edition TO canbao_app;
DROP TRIGGER IF EXISTS county_work ON enrolment_edition;
CREATE TRIGGER county_work BEFORE INSERT ON enrolment_edition FOR EACH ROW EXECUTE FUNCTION access_county_work('county');
SELECT access_append_only('enrolment_edition');
CREATE OR REPLACE FUNCTION enrolment_names_newest_edition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.pack_digest IS DISTINCT FROM (SELECT e.digest FROM public.enrolment_edition e
                                          WHERE e.campaign_id = NEW.id ORDER BY e.number DESC LIMIT 1) THEN
        RAISE EXCEPTION 'campaign % names rules that are not its newest edition', NEW.id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
DROP TRIGGER IF EXISTS names_newest_edition ON enrolment_campaign;
CREATE CONSTRAINT TRIGGER names_newest_edition AFTER INSERT OR UPDATE ON enrolment_campaign DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION enrolment_names_newest_edition();
DROP TRIGGER IF EXISTS county_work ON enrolment_target;
CREATE TRIGGER county_work BEFORE INSERT OR UPDATE ON enrolment_target FOR EACH ROW EXECUTE FUNCTION access_county_work('division');
GRANT SELECT ON enrolment_enrolment TO canbao_app;
SELECT access_guard('enrolment_bill', 'household_id');
-- What a household owes is never its own word: under a resident's ticket no bill and no assessment comes into being.
DROP POLICY IF EXISTS by_staff ON enrolment_bill;
CREATE POLICY by_staff ON enrolment_bill AS RESTRICTIVE FOR INSERT WITH CHECK ((SELECT scope_household()) IS NULL);
CREATE OR REPLACE FUNCTION enrolment_by_staff() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_user = 'canbao_app' AND (scope_first() IS NULL OR scope_household() IS NOT NULL) THEN
        RAISE EXCEPTION 'what somebody owes is assessed by staff' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
END $$;
DROP TRIGGER IF EXISTS by_staff ON enrolment_billassessment;
CREATE TRIGGER by_staff BEFORE INSERT ON enrolment_billassessment FOR EACH STATEMENT EXECUTE FUNCTION enrolment_by_staff();
SELECT access_guard('enrolment_enrolment', 'household_id');

-- A settled bill is a fact about money: it is neither changed nor removed, and only the owner's functions make one. One
-- that was replaced stays replaced.
CREATE OR REPLACE FUNCTION enrolment_keep_settled() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.division <> OLD.division AND to_jsonb(NEW) - 'division' = to_jsonb(OLD) - 'division' THEN
        RETURN NEW;  -- its household's village became another: see register_follows_household
    END IF;
    IF TG_OP IN ('UPDATE', 'DELETE') AND OLD.state = 'settled' THEN
        RAISE EXCEPTION 'bill % is settled; a difference is a further version', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.state = 'superseded' AND NEW.state <> 'superseded' THEN
        RAISE EXCEPTION 'bill % was replaced by a later one and does not come back', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.state = 'settled' AND current_user = 'canbao_app' THEN
        RAISE EXCEPTION 'a bill can be settled by confirmation alone' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
DROP TRIGGER IF EXISTS keep_settled ON enrolment_bill;
CREATE TRIGGER keep_settled BEFORE UPDATE OR DELETE ON enrolment_bill FOR EACH ROW EXECUTE FUNCTION enrolment_keep_settled();
SELECT access_append_only('enrolment_bill', 'state', 'settled_at', 'division', 'unit_id');
SELECT access_append_only('enrolment_enrolment', 'paid_fen', 'ended_on', 'ended_why', 'division', 'covered_from');
-- Cover begins when it was written to begin, for everybody but a child who was expected, and for that one with its birth.
CREATE OR REPLACE FUNCTION enrolment_keep_cover() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT enrolment_was_unborn(NEW.resident_id)
       OR NEW.covered_from <> (SELECT greatest(born_on, NEW.benefit_from) FROM register_resident WHERE id = NEW.resident_id) THEN
        RAISE EXCEPTION 'covered_from of enrolment_enrolment is append-only: UPDATE is refused; enrolment % covers from the day that was written', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION enrolment_keep_cover() FROM PUBLIC;
DROP TRIGGER IF EXISTS keep_cover ON enrolment_enrolment;
CREATE TRIGGER keep_cover BEFORE UPDATE ON enrolment_enrolment FOR EACH ROW
    WHEN (NEW.covered_from IS DISTINCT FROM OLD.covered_from) EXECUTE FUNCTION enrolment_keep_cover();
SELECT register_may_follow('enrolment_enrolment');
SELECT register_may_follow('enrolment_bill');
DROP TRIGGER IF EXISTS born_open ON enrolment_bill;
CREATE TRIGGER born_open BEFORE INSERT ON enrolment_bill FOR EACH ROW WHEN (NEW.state = 'settled')
    EXECUTE FUNCTION enrolment_keep_settled();

-- A base table is written by its function alone, once; its rows are seen like the people on it.
GRANT SELECT ON enrolment_basetable, enrolment_baserow TO canbao_app;
GRANT EXECUTE ON FUNCTION enrolment_draw_base_table(bigint, bigint, text, timestamptz) TO canbao_app;
SELECT access_append_only('enrolment_basetable');
SELECT access_append_only('enrolment_baserow');
SELECT access_guard('enrolment_baserow', 'household_id');

-- A change table is handed in once; what is written later is whether it was taken, and taken back, and each only once.
GRANT SELECT, INSERT, UPDATE ON enrolment_changetable, enrolment_changetablerow TO canbao_app;
SELECT access_append_only('enrolment_changetable', 'taken_at', 'taken_by', 'taken_back_at', 'taken_back_by', 'taken_back_why');
SELECT access_append_only('enrolment_changetablerow', 'change_id', 'added_id');
-- Each act is signed by who does it, when it happens, and is then as fixed as the rest.
CREATE OR REPLACE FUNCTION enrolment_change_table_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.taken_at IS NOT NULL OR NEW.taken_back_at IS NOT NULL THEN
            RAISE EXCEPTION 'a change table is handed in before anything is done with it' USING ERRCODE = 'restrict_violation';
        END IF;
        PERFORM scope_must_be('staff:' || NEW.handed_in_by);
        RETURN NEW;
    END IF;
    IF (NEW.taken_at, NEW.taken_by) IS DISTINCT FROM (OLD.taken_at, OLD.taken_by) THEN
        IF OLD.taken_at IS NOT NULL OR OLD.taken_back_at IS NOT NULL THEN
            RAISE EXCEPTION 'change table % was taken or taken back already', OLD.id USING ERRCODE = 'restrict_violation';
        END IF;
        PERFORM scope_must_be('staff:' || NEW.taken_by);
    END IF;
    IF (NEW.taken_back_at, NEW.taken_back_by, NEW.taken_back_why) IS DISTINCT FROM (OLD.taken_back_at, OLD.taken_back_by, OLD.taken_back_why) THEN
        IF OLD.taken_back_at IS NOT NULL THEN
            RAISE EXCEPTION 'change table % was taken back already', OLD.id USING ERRCODE = 'restrict_violation';
        END IF;
        PERFORM scope_must_be('staff:' || NEW.taken_back_by);
    END IF;
    RETURN NEW;
END $$;
DROP TRIGGER IF EXISTS each_once ON enrolment_changetable;
CREATE TRIGGER each_once BEFORE INSERT OR UPDATE ON enrolment_changetable FOR EACH ROW EXECUTE FUNCTION enrolment_change_table_once();
-- What a row did is written with the taking, and only then.
CREATE OR REPLACE FUNCTION enrolment_change_table_row_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.change_id IS NOT NULL OR NEW.added_id IS NOT NULL THEN
            RAISE EXCEPTION 'a row of a change table is handed in before anything is done with it' USING ERRCODE = 'restrict_violation';
        END IF;
    ELSIF (NEW.change_id, NEW.added_id) IS DISTINCT FROM (OLD.change_id, OLD.added_id) THEN
        IF OLD.change_id IS NOT NULL OR OLD.added_id IS NOT NULL
           OR EXISTS (SELECT FROM enrolment_changetable t WHERE t.id = OLD.change_table_id AND (t.taken_at IS NOT NULL OR t.taken_back_at IS NOT NULL)) THEN
            RAISE EXCEPTION 'row % of a change table was taken already', OLD.id USING ERRCODE = 'restrict_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$;
DROP TRIGGER IF EXISTS each_once ON enrolment_changetablerow;
CREATE TRIGGER each_once BEFORE INSERT OR UPDATE ON enrolment_changetablerow FOR EACH ROW EXECUTE FUNCTION enrolment_change_table_row_once();
SELECT access_guard('enrolment_changetable', '');
SELECT access_guard('enrolment_changetablerow', '');

-- A closing is work for the whole county and written once; whoever works in the county sees it, of its lines those of their own place.
GRANT SELECT, INSERT ON reports_closing, reports_closingline, reports_closingsignature TO canbao_app;
ALTER TABLE reports_closing ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS within_scope ON reports_closing;
CREATE POLICY within_scope ON reports_closing
    USING ((SELECT scope_household()) IS NULL
           AND (county = left((SELECT scope_first()), 6)
                OR (rpad(county, 12, '0') >= (SELECT scope_first()) AND rpad(county, 12, '0') < (SELECT scope_after()))));
SELECT access_guard('reports_closingline', '');
SELECT access_guard('reports_closingsignature', '');
DROP TRIGGER IF EXISTS county_work ON reports_closing;
CREATE TRIGGER county_work BEFORE INSERT ON reports_closing FOR EACH ROW EXECUTE FUNCTION access_county_work('county');
DROP TRIGGER IF EXISTS county_work ON reports_closingline;
CREATE TRIGGER county_work BEFORE INSERT ON reports_closingline FOR EACH ROW EXECUTE FUNCTION access_county_work('county');
SELECT access_append_only('reports_closing');
SELECT access_append_only('reports_closingline');
SELECT access_append_only('reports_closingsignature');

-- Who closed a day says so as themselves; who signs is signed in as who they say, and did not close it. Figures that differ are not signed.
CREATE OR REPLACE FUNCTION reports_closed_by() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM public.scope_must_be(NEW.closed_by);
    RETURN NEW;
END $$;
DROP TRIGGER IF EXISTS closed_by ON reports_closing;
CREATE TRIGGER closed_by BEFORE INSERT ON reports_closing FOR EACH ROW EXECUTE FUNCTION reports_closed_by();

CREATE OR REPLACE FUNCTION reports_sign_closing() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    closing reports_closing%ROWTYPE;
    -- the digits of a county, a town or a village of its own; ':' comes after '9'
    after text := CASE WHEN NEW.division LIKE '%000000' THEN left(NEW.division, 6) WHEN NEW.division LIKE '%000' THEN left(NEW.division, 9)
                       ELSE NEW.division END || ':';
BEGIN
    PERFORM scope_must_be(NEW.signed_by);
    SELECT * INTO STRICT closing FROM reports_closing WHERE id = NEW.closing_id;
    IF NEW.closed_by <> closing.closed_by OR NEW.county <> closing.county THEN
        RAISE EXCEPTION 'closing % was closed by %', closing.id, closing.closed_by USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF EXISTS (SELECT FROM reports_closingline l WHERE l.closing_id = NEW.closing_id AND l.division >= NEW.division AND l.division < after
                  AND l.differences <> '[]') OR (closing.differences > 0 AND NEW.division = rpad(NEW.county, 12, '0')) THEN
        RAISE EXCEPTION 'the four ways of % differ', NEW.division USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
DROP TRIGGER IF EXISTS sign_closing ON reports_closingsignature;
CREATE TRIGGER sign_closing BEFORE INSERT ON reports_closingsignature FOR EACH ROW EXECUTE FUNCTION reports_sign_closing();

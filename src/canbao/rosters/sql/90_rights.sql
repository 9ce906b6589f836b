-- A roster is confirmed or closed, once, and a confirmed one is taken back, once; until it is settled its rows are corrected
-- or decided; a holding ends, once, unless the list that ended it is taken back. Nothing else of them is ever written a
-- second time: the grants leave no other column, and the triggers below no second time.
GRANT SELECT, INSERT ON rosters_roster, rosters_rosterrow, rosters_holding TO canbao_app;
REVOKE UPDATE ON rosters_roster, rosters_rosterrow, rosters_holding FROM canbao_app;
GRANT UPDATE (confirmed_at, confirmed_by, closed_as, closed_at, closed_by, closed_why,
              taken_back_at, taken_back_by, taken_back_why) ON rosters_roster TO canbao_app;
GRANT UPDATE (outcome, why, remedy, wrong, categories, resident_id, division, decided_at, decided_by,
              mended_name, mended_number_sealed, mended_tail, mended_at, mended_by) ON rosters_rosterrow TO canbao_app;
GRANT UPDATE (until, ended_by_id) ON rosters_holding TO canbao_app;
SELECT access_guard('rosters_holding', 'household_id');

-- Rosters and their rows belong to a county; below the county only the matched rows of one's own villages show.
CREATE OR REPLACE FUNCTION scope_has_county(county text) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT rpad(county, 12, '0') >= (SELECT scope_first()) AND rpad(county, 12, '0') < (SELECT scope_after())
       AND (SELECT scope_household()) IS NULL
$$;
ALTER TABLE rosters_roster ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS within_scope ON rosters_roster;
CREATE POLICY within_scope ON rosters_roster
    USING (CASE WHEN (SELECT scope_household()) IS NULL
                THEN county >= left((SELECT scope_first()), 6) AND rpad(county, 12, '0') < (SELECT scope_after())
                -- a resident sees that a roster was confirmed which says something of their own household
                ELSE EXISTS (SELECT FROM rosters_holding n WHERE n.roster_id = rosters_roster.id) END)
    WITH CHECK (scope_has_county(county));
ALTER TABLE rosters_rosterrow ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS within_scope ON rosters_rosterrow;
-- The county's part is what `scope_has_county` says, written out: there it would be asked once a row, here once a statement.
CREATE POLICY within_scope ON rosters_rosterrow
    USING ((SELECT scope_household()) IS NULL
           AND ((rpad(county, 12, '0') >= (SELECT scope_first()) AND rpad(county, 12, '0') < (SELECT scope_after()))
                OR (division >= (SELECT scope_first()) AND division < (SELECT scope_after()))))
    WITH CHECK ((SELECT scope_household()) IS NULL
                AND rpad(county, 12, '0') >= (SELECT scope_first()) AND rpad(county, 12, '0') < (SELECT scope_after()));
-- A file that waits to be handed in, or for a worker: the county's. It is unsealed by nobody once it has become a roster.
GRANT SELECT, INSERT, DELETE ON rosters_upload TO canbao_app;
REVOKE UPDATE ON rosters_upload FROM canbao_app;
GRANT UPDATE (sheet, header_rows, meanings, category, spellings, seen, edition, state, year_confirmed, queued_at, tries, begun, stage, refusal, roster_id,
              file_sealed)
   ON rosters_upload TO canbao_app;
ALTER TABLE rosters_upload ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS within_scope ON rosters_upload;
CREATE POLICY within_scope ON rosters_upload USING (scope_has_county(county)) WITH CHECK (scope_has_county(county));
-- A department's words for columns and categories: the county's own, written once, forgotten once.
GRANT SELECT, INSERT ON rosters_learnedword TO canbao_app;
REVOKE UPDATE ON rosters_learnedword FROM canbao_app;
GRANT UPDATE (forgotten_at, forgotten_by) ON rosters_learnedword TO canbao_app;
SELECT access_append_only('rosters_learnedword', 'forgotten_at', 'forgotten_by');
ALTER TABLE rosters_learnedword ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS within_scope ON rosters_learnedword;
CREATE POLICY within_scope ON rosters_learnedword USING (scope_has_county(county)) WITH CHECK (scope_has_county(county));
-- What was settled stays as it is, for the application and for the owner: a list once it is confirmed or closed, with who,
-- when and why; its rows, which it was confirmed by; a holding once it has ended.
CREATE OR REPLACE FUNCTION rosters_keep_settled() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    taking_back CONSTANT text[] := '{taken_back_at,taken_back_by,taken_back_why}';
BEGIN
    IF OLD.confirmed_at IS NOT NULL AND OLD.taken_back_at IS NULL AND NEW.taken_back_at IS NOT NULL
       AND to_jsonb(NEW) - taking_back = to_jsonb(OLD) - taking_back THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'roster % is % and stays so', OLD.id, CASE WHEN OLD.confirmed_at IS NULL THEN 'closed' ELSE 'confirmed' END
        USING ERRCODE = 'restrict_violation';
END $$;
DROP TRIGGER IF EXISTS keep_settled ON rosters_roster;
CREATE TRIGGER keep_settled BEFORE UPDATE ON rosters_roster FOR EACH ROW
    WHEN (OLD.confirmed_at IS NOT NULL OR OLD.closed_at IS NOT NULL) EXECUTE FUNCTION rosters_keep_settled();

-- As the owner, who sees every roster; and with its lock, so that a confirmation that is under way is waited for. Once a
-- statement: a list of a million rows is one. What the rows point at is looked for here, too: a constraint would lock
-- every resident of the list, one after the other, although none is ever removed.
CREATE OR REPLACE FUNCTION rosters_keep_rows() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    settled record;
    astray boolean;
BEGIN
    FOR settled IN
        SELECT r.id, r.confirmed_at IS NOT NULL OR r.closed_at IS NOT NULL AS is_so FROM rosters_roster r
         WHERE r.id IN (SELECT w.roster_id FROM written w) ORDER BY r.id FOR SHARE OF r
    LOOP
        IF settled.is_so THEN
            RAISE EXCEPTION 'roster % is settled, and so are its rows', settled.id USING ERRCODE = 'restrict_violation';
        END IF;
    END LOOP;
    -- planned anew each time: a plan that was kept from a small register would go through all of a large one for every row
    EXECUTE 'SELECT EXISTS (SELECT FROM written w LEFT JOIN rosters_roster r ON r.id = w.roster_id WHERE r.id IS NULL)
                 OR EXISTS (SELECT FROM written w LEFT JOIN register_resident r ON r.id = w.resident_id
                             WHERE w.resident_id IS NOT NULL AND r.id IS NULL)' INTO astray;
    IF astray THEN
        RAISE EXCEPTION 'a row of a list that is not there, or of somebody who is not on the register'
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;
DROP TRIGGER IF EXISTS keep_rows ON rosters_rosterrow;
DROP TRIGGER IF EXISTS keep_new_rows ON rosters_rosterrow;
CREATE TRIGGER keep_new_rows AFTER INSERT ON rosters_rosterrow REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION rosters_keep_rows();
CREATE TRIGGER keep_rows AFTER UPDATE ON rosters_rosterrow REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION rosters_keep_rows();

-- What holdings come from is there as long as they are; the rows point at a list without a constraint of their own, see above.
DROP TRIGGER IF EXISTS keep_lists ON rosters_roster;
CREATE TRIGGER keep_lists BEFORE DELETE OR TRUNCATE ON rosters_roster FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
DROP TRIGGER IF EXISTS keep_list ON rosters_rosterrow;
CREATE TRIGGER keep_list BEFORE DELETE OR TRUNCATE ON rosters_rosterrow FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE OR REPLACE FUNCTION rosters_keep_ended() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    ending CONSTANT text[] := '{until,ended_by_id}';
    place CONSTANT text[] := '{division,household_id}';  -- of the person, wherever they are registered now
BEGIN
    IF to_jsonb(NEW) - place = to_jsonb(OLD) - place THEN
        RETURN NEW;
    END IF;
    IF NEW.until IS NULL AND NEW.ended_by_id IS NULL AND to_jsonb(NEW) - ending = to_jsonb(OLD) - ending
       AND OLD.ended_by_id <> OLD.roster_id  -- a list that was taken back ended its own for good
       AND EXISTS (SELECT FROM rosters_roster r WHERE r.id = OLD.ended_by_id AND r.taken_back_at IS NOT NULL) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'holding % has ended and stays so', OLD.id USING ERRCODE = 'restrict_violation';
END $$;
DROP TRIGGER IF EXISTS keep_ended ON rosters_holding;
CREATE TRIGGER keep_ended BEFORE UPDATE ON rosters_holding FOR EACH ROW WHEN (OLD.until IS NOT NULL)
    EXECUTE FUNCTION rosters_keep_ended();

-- A roster is confirmed or closed, a row corrected or decided, a holding ended: nothing else of them is ever written a second time.
GRANT SELECT, INSERT ON rosters_roster, rosters_rosterrow, rosters_holding TO canbao_app;
REVOKE UPDATE ON rosters_roster, rosters_rosterrow, rosters_holding FROM canbao_app;
GRANT UPDATE (confirmed_at, confirmed_by, closed_as, closed_at, closed_by, closed_why) ON rosters_roster TO canbao_app;
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
CREATE POLICY within_scope ON rosters_rosterrow
    USING ((SELECT scope_household()) IS NULL
           AND (scope_has_county(county) OR (division >= (SELECT scope_first()) AND division < (SELECT scope_after()))))
    WITH CHECK (scope_has_county(county));
-- A list that was withdrawn or sent back stays so: who, when and why are never written anew.
CREATE OR REPLACE FUNCTION rosters_keep_closed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'roster % is closed and does not come back', OLD.id USING ERRCODE = 'restrict_violation';
END $$;
DROP TRIGGER IF EXISTS keep_closed ON rosters_roster;
CREATE TRIGGER keep_closed BEFORE UPDATE ON rosters_roster FOR EACH ROW WHEN (OLD.closed_at IS NOT NULL)
    EXECUTE FUNCTION rosters_keep_closed();

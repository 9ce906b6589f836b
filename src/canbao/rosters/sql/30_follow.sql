-- What somebody holds goes with them to another household or village, as it is: whoever assesses them there sees it under
-- their own scope. By the database, so that no way to the register leaves it out; the application may not write these columns.
CREATE OR REPLACE FUNCTION rosters_holdings_follow() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE rosters_holding n SET division = b.division, household_id = b.household_id
      FROM becomes b JOIN was w ON w.id = b.id
     WHERE n.resident_id = b.id AND (b.division, b.household_id) IS DISTINCT FROM (w.division, w.household_id);
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION rosters_holdings_follow() FROM PUBLIC;
DROP TRIGGER IF EXISTS holdings_follow ON register_resident;
CREATE TRIGGER holdings_follow AFTER UPDATE ON register_resident
    REFERENCING OLD TABLE AS was NEW TABLE AS becomes FOR EACH STATEMENT EXECUTE FUNCTION rosters_holdings_follow();

GRANT SELECT, INSERT, UPDATE ON register_household, register_resident TO canbao_app;
SELECT access_guard('register_household', 'id');
SELECT access_guard('register_resident', 'household_id');
-- Where somebody is found by a part of their name; written by the trigger of 30_words.sql alone.
GRANT SELECT ON register_word TO canbao_app;
REVOKE INSERT, UPDATE, DELETE ON register_word FROM canbao_app;
SELECT access_guard('register_word', 'household_id');

-- That two are two people is said once and taken back once, by whoever is at work and sees both.
GRANT SELECT, INSERT ON register_twopeople TO canbao_app;
REVOKE UPDATE, DELETE ON register_twopeople FROM canbao_app;
GRANT UPDATE (taken_back_at, taken_back_by, taken_back_why) ON register_twopeople TO canbao_app;
ALTER TABLE register_twopeople ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS within_scope ON register_twopeople;
CREATE POLICY within_scope ON register_twopeople
    USING ((SELECT scope_household()) IS NULL AND EXISTS (SELECT FROM register_resident r WHERE r.id = one_id)
           AND EXISTS (SELECT FROM register_resident r WHERE r.id = other_id));
SELECT access_append_only('register_twopeople', 'taken_back_at', 'taken_back_by', 'taken_back_why');
CREATE OR REPLACE FUNCTION register_sign_two_people() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.taken_back_at IS NOT NULL THEN
            RAISE EXCEPTION 'two people are said before that is taken back' USING ERRCODE = 'restrict_violation';
        END IF;
        PERFORM scope_must_be(NEW.said_by);
    ELSIF OLD.taken_back_at IS NOT NULL THEN
        RAISE EXCEPTION 'two people % was taken back already', OLD.id USING ERRCODE = 'restrict_violation';
    ELSE
        PERFORM scope_must_be(NEW.taken_back_by);
    END IF;
    RETURN NEW;
END $$;
DROP TRIGGER IF EXISTS sign ON register_twopeople;
CREATE TRIGGER sign BEFORE INSERT OR UPDATE ON register_twopeople FOR EACH ROW EXECUTE FUNCTION register_sign_two_people();

-- How a resident who is not signed in is found: by the token of a number that they typed, and only one row, and only
-- what the name is compared with. Everything else needs a scope.
CREATE OR REPLACE FUNCTION register_find(token bytea)
RETURNS TABLE (id bigint, name text, household_id bigint, division text, county text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT r.id, r.name, r.household_id, r.division, r.county
      FROM register_resident typed JOIN register_resident r ON r.id = coalesce(typed.same_as_id, typed.id) WHERE typed.person_token = token
$$;

-- History is read by whoever may see the person (or the household, where it is a household's) as they are now, also after a
-- move to another village; the tables inside are under the same scope. It is written by the triggers of 20_history.sql alone.
GRANT SELECT ON register_change TO canbao_app;
REVOKE INSERT, UPDATE, DELETE ON register_change FROM canbao_app;
ALTER TABLE register_change ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS within_scope ON register_change;
CREATE POLICY within_scope ON register_change FOR SELECT
    USING (CASE WHEN resident_id IS NULL THEN EXISTS (SELECT FROM register_household h WHERE h.id = register_change.household_id)
           ELSE EXISTS (SELECT FROM register_resident r WHERE r.id = register_change.resident_id) END);

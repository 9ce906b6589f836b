-- What the application's role may touch in this room. The secret, the chain and its head are not among it.
GRANT SELECT, INSERT, UPDATE ON access_staff TO canbao_app;

-- What somebody may see follows from their row here, so only work for the whole county makes or moves staff: SQL
-- smuggled in under a clerk's ticket cannot widen the next ticket. Everybody may set their own password;
-- noting the last sign-in is free.
CREATE OR REPLACE FUNCTION access_keep_staff() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := ARRAY['password', 'last_login'];
BEGIN
    IF current_user = 'canbao_app' THEN
        IF TG_OP = 'INSERT' THEN
            PERFORM scope_must_cover(left(NEW.division, 6));
        ELSIF to_jsonb(NEW) - free <> to_jsonb(OLD) - free THEN
            PERFORM scope_must_cover(left(OLD.division, 6));
            PERFORM scope_must_cover(left(NEW.division, 6));
        ELSIF NEW.password IS DISTINCT FROM OLD.password AND scope_actor() IS DISTINCT FROM 'staff:' || OLD.username THEN
            PERFORM scope_must_cover(left(OLD.division, 6));  -- somebody else's password
        END IF;
    END IF;
    RETURN NEW;
END $$;
DROP TRIGGER IF EXISTS keep_staff ON access_staff;
CREATE TRIGGER keep_staff BEFORE INSERT OR UPDATE ON access_staff FOR EACH ROW EXECUTE FUNCTION access_keep_staff();
GRANT SELECT ON access_record TO canbao_app;
ALTER TABLE access_record ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS within_scope ON access_record;
CREATE POLICY within_scope ON access_record FOR SELECT
    USING (county >= left((SELECT scope_first()), 6) AND rpad(county, 12, '0') < (SELECT scope_after())
           AND rpad(county, 12, '0') >= (SELECT scope_first()) AND (SELECT scope_household()) IS NULL);
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO canbao_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON django_session, axes_accessattempt, axes_accesslog, axes_accessfailurelog, axes_accessattemptexpiration TO canbao_app;
GRANT SELECT ON django_content_type, django_migrations, auth_permission, auth_group, auth_group_permissions TO canbao_app;

-- What the application's role may touch in this room. The secret, the chain and its head are not among it.
GRANT SELECT, INSERT, UPDATE ON access_staff TO canbao_app;
GRANT SELECT ON access_record TO canbao_app;
ALTER TABLE access_record ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS within_scope ON access_record;
CREATE POLICY within_scope ON access_record FOR SELECT
    USING (county >= left((SELECT scope_first()), 6) AND rpad(county, 12, '0') < (SELECT scope_after())
           AND rpad(county, 12, '0') >= (SELECT scope_first()) AND (SELECT scope_household()) IS NULL);
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO canbao_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON django_session, axes_accessattempt, axes_accesslog, axes_accessfailurelog, axes_accessattemptexpiration TO canbao_app;
GRANT SELECT ON django_content_type, django_migrations, auth_permission, auth_group, auth_group_permissions TO canbao_app;

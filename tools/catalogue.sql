-- What must never be found in a migrated database's own catalogue: each as a sentence, and the query that looks for it.
-- `ours` are the tables of the schema, each with the column that names its owner (none: it is nobody's).

--- a table without row-level security, FORCE and a policy
SELECT relname FROM ours WHERE relname <> 'alembic_version'
  AND NOT (relrowsecurity AND relforcerowsecurity AND EXISTS (SELECT FROM pg_policy WHERE polrelid = ours.oid));

--- a policy for a role that signs in that doesn't ask who is asking
SELECT tablename, policyname FROM pg_policies
WHERE schemaname = 'app' AND permissive = 'PERMISSIVE' AND roles <> '{app_auth}'
  AND (roles && '{public,app_auth,app_owner}' OR coalesce(qual, with_check) IS NULL
    OR coalesce(qual, with_check) NOT LIKE '(%id = ( SELECT app.uid() AS uid))'
    OR (with_check IS NOT NULL AND with_check NOT LIKE '(%id = ( SELECT app.uid() AS uid))'));

--- a right of app_auth to every column of a table that is somebody's
SELECT relname, 'SELECT' FROM ours WHERE owner IS NOT NULL AND relname NOT IN ('operators')
  AND has_table_privilege('app_auth', oid, 'SELECT')
UNION ALL SELECT relname, 'INSERT' FROM ours WHERE owner IS NOT NULL AND relname NOT IN ('operators')
  AND has_table_privilege('app_auth', oid, 'INSERT')
UNION ALL SELECT relname, 'UPDATE' FROM ours WHERE owner IS NOT NULL AND has_table_privilege('app_auth', oid, 'UPDATE');

--- a right of a role that signs in to a table that is nobody's
SELECT relname, rolname FROM ours, pg_roles WHERE owner IS NULL AND rolname IN ('app_user', 'app_service')
  AND (has_table_privilege(rolname, ours.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
    OR has_any_column_privilege(rolname, ours.oid, 'SELECT, INSERT, UPDATE'));

--- a right to empty a table, to refer to it or to hang a trigger on it
SELECT c.oid::regclass::text, rolname FROM pg_class c, pg_roles
WHERE c.relnamespace IN ('app'::regnamespace, 'jobs'::regnamespace) AND c.relkind IN ('r', 'p')
  AND rolname IN ('app_user', 'app_service') AND has_table_privilege(rolname, c.oid, 'TRUNCATE, REFERENCES, TRIGGER');

--- a job that may change every column of a table
SELECT relname FROM ours WHERE has_table_privilege('app_service', oid, 'UPDATE');

--- a job that may change whose a row is, or what it hangs on
SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
WHERE c.relnamespace = 'app'::regnamespace AND c.relkind IN ('r', 'p') AND NOT a.attisdropped
  AND has_column_privilege('app_service', c.oid, a.attnum, 'UPDATE')
  AND (a.attname IN ('id', 'owner_id', 'created_at') OR EXISTS (
    SELECT FROM pg_constraint f WHERE f.contype = 'f' AND f.conrelid = c.oid AND a.attnum = ANY (f.conkey)));

--- a job that may write down a row in whatever state
SELECT relname FROM ours WHERE has_table_privilege('app_service', oid, 'INSERT') AND relname <> 'deliveries'
  AND NOT EXISTS (SELECT FROM pg_policies p WHERE p.schemaname = 'app' AND p.tablename = relname
    AND p.permissive = 'RESTRICTIVE' AND p.cmd = 'INSERT' AND p.roles = '{app_service}');

--- a foreign key that leaves the owner out
SELECT t.relname, f.conname FROM ours t JOIN pg_constraint f ON f.contype = 'f' AND f.conrelid = t.oid
WHERE t.owner IS NOT NULL AND NOT EXISTS (
  SELECT FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attname = t.owner AND a.attnum = ANY (f.conkey));

--- a table that is somebody's and can't be listed by its owner
SELECT relname FROM ours WHERE owner IS NOT NULL AND NOT EXISTS (
  SELECT FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
  WHERE i.indrelid = ours.oid AND a.attname = ours.owner AND i.indpred IS NULL);

--- a role of ours that stands above the walls
SELECT rolname FROM pg_roles WHERE rolname LIKE 'app\_%'
  AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication OR rolinherit);

--- a role that signs in and may become another
SELECT m.rolname, r.rolname FROM pg_auth_members am JOIN pg_roles m ON m.oid = am.member
JOIN pg_roles r ON r.oid = am.roleid WHERE m.rolname IN ('app_user', 'app_service');

--- a view that doesn't ask as whoever looks through it
SELECT oid::regclass::text FROM pg_class WHERE relnamespace IN ('app'::regnamespace, 'jobs'::regnamespace)
  AND (relkind = 'm' OR relkind = 'v' AND NOT coalesce(reloptions, '{}') && '{security_invoker=true,security_invoker=on}');

--- a function for others' eyes that isn't app_auth's, or looks for names elsewhere first
SELECT p.oid::regprocedure::text FROM pg_proc p
WHERE p.pronamespace IN ('app'::regnamespace, 'jobs'::regnamespace) AND p.prosecdef
  AND (p.proowner <> 'app_auth'::regrole OR NOT coalesce(p.proconfig, '{}') && ARRAY['search_path=pg_catalog, pg_temp']);

--- something of ours that isn't app_owner's
SELECT c.oid::regclass::text FROM pg_class c
WHERE c.relnamespace IN ('app'::regnamespace, 'jobs'::regnamespace) AND c.relowner <> 'app_owner'::regrole
UNION ALL SELECT p.oid::regprocedure::text FROM pg_proc p
WHERE p.pronamespace IN ('app'::regnamespace, 'jobs'::regnamespace)
  AND p.proowner <> CASE WHEN p.prosecdef THEN 'app_auth'::regrole ELSE 'app_owner'::regrole END
UNION ALL SELECT nspname FROM pg_namespace WHERE nspname IN ('app', 'jobs') AND nspowner <> 'app_owner'::regrole;

--- something that anybody may do who can connect
SELECT c.oid::regclass::text, privilege_type FROM pg_class c,
  aclexplode(coalesce(c.relacl, acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner)))
WHERE c.relnamespace IN ('app'::regnamespace, 'jobs'::regnamespace) AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
  AND grantee = 0
UNION ALL SELECT p.oid::regprocedure::text, privilege_type FROM pg_proc p,
  aclexplode(coalesce(p.proacl, acldefault('f', p.proowner)))
WHERE p.pronamespace IN ('app'::regnamespace, 'jobs'::regnamespace) AND grantee = 0
UNION ALL SELECT nspname, privilege_type FROM pg_namespace, aclexplode(coalesce(nspacl, acldefault('n', nspowner)))
WHERE nspname IN ('app', 'jobs') AND grantee = 0;

--- a way of a person's role into the jobs
SELECT c.oid::regclass::text FROM pg_class c WHERE c.relnamespace = 'jobs'::regnamespace
  AND CASE WHEN c.relkind IN ('r', 'p', 'v', 'm')
    THEN has_table_privilege('app_user', c.oid, 'SELECT, INSERT, UPDATE, DELETE') ELSE false END
UNION ALL SELECT p.oid::regprocedure::text FROM pg_proc p
WHERE p.pronamespace = 'jobs'::regnamespace AND has_function_privilege('app_user', p.oid, 'EXECUTE')
UNION ALL SELECT nspname FROM pg_namespace
WHERE nspname = 'jobs' AND has_schema_privilege('app_user', oid, 'USAGE, CREATE');

--- a role other than app_owner that may make something here
SELECT nspname, rolname FROM pg_namespace, pg_roles WHERE nspname IN ('app', 'jobs')
  AND rolname LIKE 'app\_%' AND rolname <> 'app_owner' AND has_schema_privilege(rolname, pg_namespace.oid, 'CREATE');

--- a column with what is a person's of which the planner keeps samples, which outlive their rows
SELECT c.relnamespace::regnamespace, c.relname, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
LEFT JOIN pg_index i ON i.indexrelid = c.oid  -- of what an index works out, samples are taken too
WHERE (c.relkind = 'r' OR i.indkey[a.attnum - 1] = 0)
AND a.attnum > 0 AND NOT a.attisdropped AND coalesce(a.attstattarget, -1) <> 0 AND (
  (c.relnamespace = 'app'::regnamespace AND (a.attname = 'owner_id' OR (c.relname, a.attname) = ('accounts', 'id')
    OR a.atttypid IN ('bytea'::regtype, 'jsonb'::regtype, 'text'::regtype)
    OR (a.atttypid = 'varchar'::regtype AND a.atttypmod = -1)))
  OR (c.relnamespace = 'jobs'::regnamespace AND a.atttypid IN ('jsonb'::regtype, 'text'::regtype)))

-- Every right of the roles that are not the database's owner, and every policy and trigger, a line each (`rights.txt`).
-- Columns are named where a right is to some of them alone. Functions stand in the matrix, with what they may say.
WITH roles (name) AS (VALUES ('app_auth'), ('app_service'), ('app_user')),
tables AS (
  SELECT c.oid, c.oid::regclass::text AS name FROM pg_class c
  WHERE c.relnamespace IN ('app'::regnamespace, 'jobs'::regnamespace) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')),
whole AS (
  SELECT roles.name AS role, tables.name, verb FROM roles, tables, unnest(
    ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) verb
  WHERE has_table_privilege(roles.name, tables.oid, verb)),
columns AS (
  SELECT roles.name AS role, tables.name, verb, string_agg(a.attname, ', ' ORDER BY a.attname) AS named
  FROM roles, tables JOIN pg_attribute a ON a.attrelid = tables.oid AND a.attnum > 0 AND NOT a.attisdropped,
    unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'REFERENCES']) verb
  WHERE has_column_privilege(roles.name, tables.oid, a.attnum, verb)
    AND NOT has_table_privilege(roles.name, tables.oid, verb)
  GROUP BY 1, 2, 3)
SELECT role || ' may ' || string_agg(verb, ', ' ORDER BY verb) || ' ' || name FROM whole GROUP BY role, name
UNION ALL SELECT role || ' may ' || verb || ' ' || name || ' (' || named || ')' FROM columns
UNION ALL SELECT role || ' may ' || string_agg(verb, ', ' ORDER BY verb) || ' ' || kind || ' ' || name FROM (
  SELECT roles.name AS role, 'schema' AS kind, nspname AS name, verb
  FROM roles, pg_namespace n, unnest(ARRAY['CREATE', 'USAGE']) verb
  WHERE nspname NOT LIKE 'pg\_%' AND nspname <> 'information_schema' AND has_schema_privilege(roles.name, n.oid, verb)
  UNION ALL SELECT roles.name, 'sequence', c.oid::regclass::text, verb
  FROM roles, pg_class c, unnest(ARRAY['SELECT', 'UPDATE', 'USAGE']) verb
  WHERE c.relkind = 'S' AND has_sequence_privilege(roles.name, c.oid, verb)) rest
GROUP BY role, kind, name
UNION ALL SELECT lower(permissive) || ' ' || tablename || '.' || policyname || ' for ' || cmd || ' to '
  || array_to_string(roles, ', ') || coalesce(' using ' || qual, '') || coalesce(' with check ' || with_check, '')
FROM pg_policies WHERE schemaname IN ('app', 'jobs')
UNION ALL SELECT 'trigger ' || tgname || ' on ' || tgrelid::regclass FROM pg_trigger t
WHERE NOT tgisinternal AND tgrelid IN (SELECT oid FROM tables)
ORDER BY 1

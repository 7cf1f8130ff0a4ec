import type pg from 'pg';

import { MIGRATIONS_TABLE, type Table, tablesOf } from './tables.js';

/*
 * What the catalogue of the database has to say for the walls to hold. Each rule gives a line for each breach of it; whatever is
 * allowed is listed here with its reason.
 */

/** In which the gateway and auditors act. Made by the migrations. */
const RUNTIME_ROLES = ['gatehouse_app', 'gatehouse_system', 'gatehouse_auditor'];
const APPEND_ONLY = ['ledger_entries', 'ledger_leaves', 'ledger_nodes', 'ledger_checkpoints'];

/** Tables whose rows are of no tenant, so that no tenant's session may do anything with them. */
const OF_NO_TENANT: Readonly<Record<string, string>> = {
  admin_keys: 'keys of our own operators',
  admin_sessions: 'who of our own operators is signed in',
  ledger_keys: 'with what the ledgers of all tenants are signed',
};

/** Keys that do not lead with the tenant in a table of tenants. */
const OTHER_KEYS: Readonly<Record<string, string>> = {
  tenants_pkey: 'the tenant is the row itself',
};

/** Functions that triggers may call. */
const TRIGGERS: Readonly<Record<string, readonly string[]>> = {
  // Against the owner's own mistakes; the tree is what correctness rests on.
  refuse_to_change_the_past: APPEND_ONLY,
};

export async function catalogueFaults(session: pg.ClientBase): Promise<readonly string[]> {
  const tables = await tablesOf(session);
  const faults: string[] = [];
  for (const rule of [
    ofNoTenant(tables),
    await rowSecurity(session),
    await policies(session, tables),
    await privileges(session, tables),
    await keys(session, tables),
    await generated(session),
    await triggers(session),
    await otherObjects(session),
    await roles(session),
  ]) {
    faults.push(...rule);
  }
  return faults;
}

function ofNoTenant(tables: readonly Table[]): readonly string[] {
  const found = tables.filter(({ tenantColumn }) => tenantColumn === null).map(({ name }) => name);
  return [
    ...found.filter((name) => !(name in OF_NO_TENANT)).map((name) => `${name}: has no tenant_id`),
    ...Object.keys(OF_NO_TENANT)
      .filter((name) => !found.includes(name))
      .map((name) => `${name}: is on the list of tables of no tenant, and is none`),
  ];
}

function rowSecurity(session: pg.ClientBase): Promise<readonly string[]> {
  return lines(
    session,
    `SELECT relname || CASE WHEN relrowsecurity THEN ': its owner is not held by row-level security'
                            ELSE ': has no row-level security' END AS line
       FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND relname <> $1
        AND NOT (relrowsecurity AND relforcerowsecurity)`,
    [MIGRATIONS_TABLE],
  );
}

/** That there are some, for somebody in particular. What they let through is shown by the rows (walls.ts). */
async function policies(session: pg.ClientBase, tables: readonly Table[]): Promise<readonly string[]> {
  const { rows } = await session.query<{ table: string; policy: string; who: string[] }>(
    `SELECT polrelid::regclass::text AS table, polname AS policy,
            array(SELECT CASE role WHEN 0 THEN 'PUBLIC' ELSE role::regrole::text END FROM unnest(polroles) role) AS who
       FROM pg_policy JOIN pg_class c ON c.oid = polrelid WHERE c.relnamespace = 'public'::regnamespace`,
  );
  const without = tables.filter(({ name }) => !rows.some(({ table }) => table === name));
  return [
    ...without.map(({ name }) => `${name}: has no policy`),
    ...rows
      .filter(({ who }) => who.includes('PUBLIC'))
      .map(({ table, policy }) => `${table}: its policy ${policy} is for everybody`),
    ...rows
      .filter(({ table, who }) => table in OF_NO_TENANT && who.includes('gatehouse_app'))
      .map(({ table, policy }) => `${table}: its policy ${policy} is for tenants, and its rows are of none`),
  ];
}

/** Also of single columns, which is what `has_any_column_privilege` asks. */
async function privileges(session: pg.ClientBase, tables: readonly Table[]): Promise<readonly string[]> {
  const everything = tables.map(({ name }) => name);
  const rules: readonly (readonly [
    role: string,
    tables: readonly string[],
    privileges: readonly string[],
  ])[] = [
    // TRUNCATE asks no policy; the others are an owner's.
    ...RUNTIME_ROLES.map(
      (role) => [role, everything, ['TRUNCATE', 'REFERENCES', 'TRIGGER', 'MAINTAIN']] as const,
    ),
    ...RUNTIME_ROLES.map((role) => [role, APPEND_ONLY, ['UPDATE', 'DELETE']] as const),
    ['gatehouse_app', Object.keys(OF_NO_TENANT), ['SELECT', 'INSERT', 'UPDATE', 'DELETE']],
    // Auditors have views of their own.
    ['gatehouse_auditor', everything, ['SELECT', 'INSERT', 'UPDATE', 'DELETE']],
    ...RUNTIME_ROLES.map(
      (role) => [role, [MIGRATIONS_TABLE], ['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']] as const,
    ),
  ];
  const held: string[] = [];
  for (const [role, names, kinds] of rules) {
    held.push(
      ...(await lines(
        session,
        `SELECT format('%s: %s may %s', name, $1::text, kind) AS line FROM unnest($2::text[]) name, unnest($3::text[]) kind
          WHERE has_table_privilege($1, name, kind)
             OR kind IN ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES') AND has_any_column_privilege($1, name, kind)`,
        [role, names, kinds],
      )),
    );
  }
  const everybody = await lines(
    session,
    `SELECT format('%s: everybody may %s', relname, privilege_type) AS line
       FROM pg_class, aclexplode(relacl) WHERE relnamespace = 'public'::regnamespace AND grantee = 0`,
  );
  return [...held, ...everybody];
}

/** Tenant first, so that no key ever collides with another tenant's, and the whole can be distributed by it. */
async function keys(session: pg.ClientBase, tables: readonly Table[]): Promise<readonly string[]> {
  const ofTenants = tables.filter(({ tenantColumn }) => tenantColumn !== null).map(({ name }) => name);
  const all = tables.map(({ name }) => name);
  const without = await lines(
    session,
    `SELECT name || ': has no primary key' AS line FROM unnest($1::text[]) name
        WHERE NOT EXISTS (SELECT FROM pg_index WHERE indrelid = name::regclass AND indisprimary)`,
    [all],
  );
  const others = await lines(
    session,
    `SELECT format('%s: its key %s leads with %s', indrelid::regclass, indexrelid::regclass,
                     coalesce((SELECT attname FROM pg_attribute WHERE attrelid = indrelid AND attnum = indkey[0]), 'an expression')) AS line
         FROM pg_index
        WHERE indisunique AND indrelid = ANY ($1::regclass[]) AND NOT indexrelid::regclass::text = ANY ($2)
          AND NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = indrelid AND attnum = indkey[0] AND attname = 'tenant_id')`,
    [ofTenants, Object.keys(OTHER_KEYS)],
  );
  const deferrable = await lines(
    session,
    `SELECT format('%s: its constraint %s is deferrable', conrelid::regclass, conname) AS line FROM pg_constraint
        WHERE condeferrable AND connamespace = 'public'::regnamespace`,
  );
  const leaving = await lines(
    session,
    `SELECT format('%s: its foreign key %s does not stay within the tenant', conrelid::regclass, conname) AS line FROM pg_constraint
        WHERE contype = 'f' AND connamespace = 'public'::regnamespace AND NOT EXISTS (
          SELECT FROM pg_attribute here, pg_attribute there
           WHERE here.attrelid = conrelid AND here.attnum = conkey[1] AND here.attname = 'tenant_id'
             AND there.attrelid = confrelid AND there.attnum = confkey[1] AND there.attname = 'tenant_id')`,
  );
  return [...without, ...others, ...deferrable, ...leaving];
}

/** Keys are made in the application: a sequence is one for all tenants, and tells each how busy the others are. */
async function generated(session: pg.ClientBase): Promise<readonly string[]> {
  const sequences = await lines(
    session,
    `SELECT relname || ': is a sequence' AS line FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'S'`,
  );
  const columns = await lines(
    session,
    `SELECT format('%s: its column %s is numbered by a sequence', c.relname, a.attname) AS line
         FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
        WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0
          AND (a.attidentity <> '' OR pg_get_expr(d.adbin, d.adrelid) LIKE '%nextval(%')`,
  );
  return [...sequences, ...columns];
}

async function triggers(session: pg.ClientBase): Promise<readonly string[]> {
  const { rows } = await session.query<{ table: string; trigger: string; calls: string; always: boolean }>(
    `SELECT tgrelid::regclass::text AS table, tgname AS trigger, tgfoid::regproc::text AS calls, tgenabled = 'A' AS always
       FROM pg_trigger JOIN pg_class c ON c.oid = tgrelid WHERE c.relnamespace = 'public'::regnamespace AND NOT tgisinternal`,
  );
  const unknown = rows
    .filter(({ table, calls }) => TRIGGERS[calls]?.includes(table) !== true)
    .map(({ table, trigger, calls }) => `${table}: its trigger ${trigger} calls ${calls}`);
  const missing = APPEND_ONLY.flatMap((name) =>
    ['append_only', 'append_only_whole']
      .filter((trigger) => !rows.some((row) => row.table === name && row.trigger === trigger && row.always))
      .map((trigger) => `${name}: its trigger ${trigger} is not always there`),
  );
  return [...unknown, ...missing];
}

/** Ways around a table's policies. */
function otherObjects(session: pg.ClientBase): Promise<readonly string[]> {
  return lines(
    session,
    `SELECT format('%s: is a view that reads with its owner''s rights', relname) AS line FROM pg_class
      WHERE relnamespace = 'public'::regnamespace AND relkind = 'v' AND NOT coalesce(reloptions, '{}') @> '{security_invoker=true}'
     UNION ALL
     SELECT format('%s: is a copy that no policy is on', relname) FROM pg_class
      WHERE relnamespace = 'public'::regnamespace AND relkind IN ('m', 'f')
     UNION ALL
     SELECT format('%s: has the rule %s', tablename, rulename) FROM pg_rules WHERE schemaname = 'public'
     UNION ALL
     SELECT format('%s: runs with its owner''s rights', oid::regprocedure) FROM pg_proc
      WHERE pronamespace = 'public'::regnamespace AND prosecdef`,
  );
}

/** What a role of ours could get around the policies with. */
function roles(session: pg.ClientBase): Promise<readonly string[]> {
  return lines(
    session,
    `SELECT format('%s: has rights of an administrator or can log in', rolname) AS line FROM pg_roles
      WHERE rolname = ANY ($1) AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication OR rolcanlogin)
     UNION ALL
     SELECT format('%s: is missing', name) FROM unnest($1) name WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)
     UNION ALL
     SELECT format('%s: is a member of %s', member::regrole, roleid::regrole) FROM pg_auth_members
      WHERE member::regrole::text = ANY ($1)
     UNION ALL
     SELECT format('%s: owns %s', refobjid::regrole, pg_describe_object(classid, objid, objsubid)) FROM pg_shdepend
      WHERE refclassid = 'pg_authid'::regclass AND deptype = 'o' AND refobjid::regrole::text = ANY ($1)
        AND dbid IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
     UNION ALL
     SELECT format('%s: may make objects in public', name) FROM unnest($1) name
      WHERE EXISTS (SELECT FROM pg_roles WHERE rolname = name) AND has_schema_privilege(name, 'public', 'CREATE')`,
    [RUNTIME_ROLES],
  );
}

async function lines(
  session: pg.ClientBase,
  text: string,
  values: readonly unknown[] = [],
): Promise<readonly string[]> {
  const { rows } = await session.query<{ line: string }>(text, [...values]);
  return rows.map(({ line }) => line).sort();
}

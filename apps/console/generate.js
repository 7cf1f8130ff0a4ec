// Writes what the console needs of the OpenAPI document when it runs, unless it is there already: which role may call which operation, what
// each operation does, and of what the ledger speaks.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const DOCUMENT = join(import.meta.dirname, '../../libs/sdk/openapi.json');
const GENERATED = join(import.meta.dirname, 'src', 'generated');

const { paths } = JSON.parse(readFileSync(DOCUMENT, 'utf8'));
const operations = Object.entries(paths)
  .filter(([path]) => path.startsWith('/admin/v1/'))
  .flatMap(([, methods]) => Object.values(methods))
  .map(({ operationId, summary, security }) => ({
    operationId,
    summary,
    roles: security.flatMap(({ adminKey = [] }) => adminKey),
  }));
const byOperation = (member) =>
  JSON.stringify(Object.fromEntries(operations.map((each) => [each.operationId, each[member]])), null, 2);
const kinds = paths['/admin/v1/audit-log'].get.parameters
  .find(({ name }) => name === 'kind')
  .schema.enum.filter((kind) => kind !== null);

write(
  'roles.ts',
  `/** The roles of admin keys that may call an operation of the admin API. */
export const ROLES_OF = ${byOperation('roles')} as const;
`,
);
write(
  'summaries.ts',
  `/** What each operation of the admin API does, in a line. */
export const SUMMARY_OF = ${byOperation('summary')} as const;
`,
);
write(
  'ledger-kinds.ts',
  `/** The kinds of entries that the ledger can be searched for. */
export const LEDGER_KINDS = ${JSON.stringify(kinds, null, 2)} as const;
`,
);

function write(name, content) {
  const file = join(GENERATED, name);
  const text = `// Generated from openapi.json by generate.js. Do not edit.\n\n${content}`;
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

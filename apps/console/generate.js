// Writes which role may call which operation, and what each does, from the OpenAPI document, unless it is there already.
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

write(
  'roles.ts',
  `// Generated from openapi.json by generate.js. Do not edit.

/** The roles of admin keys that may call an operation of the admin API. */
export const ROLES_OF = ${byOperation('roles')} as const;
`,
);
write(
  'summaries.ts',
  `// Generated from openapi.json by generate.js. Do not edit.

/** What each operation of the admin API does, in a line. */
export const SUMMARY_OF = ${byOperation('summary')} as const;
`,
);

function write(name, text) {
  const path = join(GENERATED, name);
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

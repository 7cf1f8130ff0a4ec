// Writes which role may call which operation, from the security of the OpenAPI document, unless it is there already.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const DOCUMENT = join(import.meta.dirname, '../../libs/sdk/openapi.json');
const ROLES = join(import.meta.dirname, 'src', 'generated', 'roles.ts');

const { paths } = JSON.parse(readFileSync(DOCUMENT, 'utf8'));
const operations = Object.entries(paths)
  .filter(([path]) => path.startsWith('/admin/v1/'))
  .flatMap(([, methods]) => Object.values(methods))
  .map(({ operationId, security }) => [operationId, security.flatMap(({ adminKey = [] }) => adminKey)]);

const text = `// Generated from openapi.json by generate.js. Do not edit.

/** The roles of admin keys that may call an operation of the admin API. */
export const ROLES_OF = ${JSON.stringify(Object.fromEntries(operations), null, 2)} as const;
`;
if (!existsSync(ROLES) || readFileSync(ROLES, 'utf8') !== text) {
  mkdirSync(dirname(ROLES), { recursive: true });
  writeFileSync(ROLES, text);
}

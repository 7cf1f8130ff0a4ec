// Writes the SDK's types from the OpenAPI document beside this file, unless they are there already.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const DOCUMENT = join(import.meta.dirname, 'openapi.json');
const TYPES = join(import.meta.dirname, 'src', 'generated', 'api.ts');
/** What a client calls; the rest is for providers, browsers and operators' probes. */
const CALLED = /^\/(?:admin\/)?v1\//u;

const bytes = readFileSync(DOCUMENT);
const hash = createHash('sha256')
  .update(bytes)
  .update(readFileSync(import.meta.filename))
  .digest('hex');
const head = `// Generated from openapi.json (${hash}) by generate.js. Do not edit.\n`;

if (!existsSync(TYPES) || !readFileSync(TYPES, 'utf8').startsWith(head)) {
  // Loaded late: it takes longer than all else, and most of the time nothing is to be done.
  const { astToString, default: openapiTypescript } = await import('openapi-typescript');
  const types = await openapiTypescript(withoutProblems(JSON.parse(bytes.toString())), {
    defaultNonNullable: false,
    silent: true,
  });
  mkdirSync(dirname(TYPES), { recursive: true });
  writeFileSync(TYPES, head + astToString(types));
}

/** Every failure is thrown as one class with the one schema `Problem`, so that naming them a thousand times only slows compilers down. */
function withoutProblems(document) {
  const paths = Object.entries(document.paths).filter(([path]) => CALLED.test(path));
  for (const operation of paths.flatMap(([, methods]) => Object.values(methods))) {
    const responses = Object.entries(operation.responses ?? {}).filter(([status]) => status.startsWith('2'));
    for (const [, response] of responses) {
      delete response.headers;
      for (const content of Object.values(response.content ?? {})) delete content.example;
    }
    operation.responses = Object.fromEntries(responses);
  }
  return { ...document, paths: Object.fromEntries(paths) };
}

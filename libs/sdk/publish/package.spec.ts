import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import ts from 'typescript';

import { buildPackage } from './package-builder.js';

const ROOT = join(import.meta.dirname, '..', '..', '..');

/** A program of somebody who has installed the package; each is a file. */
const RIGHT = `import { createGatehouse, GatehouseProblem, verifyWebhook } from '@gatehouse/sdk';

const gatehouse = createGatehouse({ baseUrl: 'http://127.0.0.1:1', apiKey: 'gk_test_none', retries: 0 });

export async function begin(email: string): Promise<string | null> {
  const { id, action } = await gatehouse.verifications.create({ subject: { email }, reference: 'user-42' });
  const { data } = await gatehouse.POST('/v1/verifications/{id}/cancel', { params: { path: { id } } });
  const status: 'canceled' | string = data.status;
  for await (const each of gatehouse.items('/admin/v1/tenants')) if (each.name === status) break;
  return action.type === 'redirect' ? action.url : null;
}

try {
  verifyWebhook('{}', {}, 'whsec_c2VjcmV0');
} catch (error) {
  console.log(String(error), error instanceof GatehouseProblem);
}
`;
const WRONG = `import { createGatehouse, verifyWebhook } from '@gatehouse/sdk';

const gatehouse = createGatehouse({ baseUrl: 'http://127.0.0.1:1', apiKey: 'gk_test_none' });
await gatehouse.verifications.create({
  subject: { email: 'ana.ruiz@mail.test' },
  refrence: 'user-42',
});
await gatehouse.POST('/v1/verifications', {
  body: { subject: { emial: 'ana.ruiz@mail.test' } },
});
const verification = await gatehouse.verifications.get('ver_01kahn4r5sf1trr9gy5vqd2s0x');
console.log(verification.state, verification.status === 'approved');
const event = verifyWebhook('', {}, '');
if (event.type === 'routing.rolled_back') console.log(event.data.verificationId);
await gatehouse.GET('/v1/verification');
`;

let folder: string;
let installed: string;
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'gatehouse-sdk-')));
  installed = join(folder, 'node_modules', '@gatehouse', 'sdk');
  buildPackage(ROOT, installed);
  // What npm would install beside it, and no more: an import that is not declared leads nowhere.
  for (const name of Object.keys(manifestOf(installed).dependencies)) {
    const link = join(folder, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules', name), link);
  }
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  writeFileSync(join(folder, 'right.ts'), RIGHT);
  writeFileSync(join(folder, 'documented.ts'), documented());
  writeFileSync(join(folder, 'wrong.ts'), WRONG);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('the package @gatehouse/sdk', () => {
  it('catches a wrong field when a program is compiled, and passes right ones', () => {
    const found = complaints();
    expect(found.filter(({ file }) => file !== 'wrong.ts')).toEqual([]);
    expect(found).toEqual([
      { file: 'wrong.ts', line: 6, why: expect.stringContaining("'refrence' does not exist") },
      { file: 'wrong.ts', line: 9, why: expect.stringContaining("'emial' does not exist") },
      { file: 'wrong.ts', line: 12, why: expect.stringContaining("'state' does not exist") },
      { file: 'wrong.ts', line: 12, why: expect.stringContaining('no overlap') },
      { file: 'wrong.ts', line: 14, why: expect.stringContaining("'verificationId' does not exist") },
      { file: 'wrong.ts', line: 15, why: expect.stringContaining(`"/v1/verification"`) },
    ]);
  });

  it('runs where it is installed', () => {
    const { outputText } = ts.transpileModule(RIGHT, {
      compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2024 },
    });
    writeFileSync(join(folder, 'right.js'), outputText);
    const said = execFileSync(process.execPath, [join(folder, 'right.js')], { encoding: 'utf8' });
    expect(said).toBe('WebhookVerificationError: there is no header webhook-id, or more than one false\n');
  });

  it('holds what it says, and needs what we have tried it with', () => {
    const manifest = manifestOf(installed);
    for (const file of ['README.md', 'LICENSE', ...manifest.files])
      expect(existsSync(join(installed, file))).toBe(true);
    expect(manifest.dependencies).toEqual({
      'openapi-fetch': manifestOf(ROOT).dependencies['openapi-fetch'],
      standardwebhooks: manifestOf(ROOT).dependencies['standardwebhooks'],
    });
  });
});

/** The blocks of docs/SDK.md, which make one program. */
function documented(): string {
  const text = readFileSync(join(ROOT, 'docs', 'SDK.md'), 'utf8');
  const blocks = [...text.matchAll(/^```ts\n(.*?)^```$/gmsu)].map(([, block = '']) => block);
  expect(blocks.length).toBeGreaterThan(5);
  return [
    ...blocks,
    'declare const process: { readonly env: Readonly<Record<string, string | undefined>> };\n',
  ].join('\n');
}

interface Complaint {
  readonly file: string;
  readonly line: number;
  readonly why: string;
}

/** What the compiler has against the programs, and against the package’s own declarations. */
function complaints(): readonly Complaint[] {
  const program = ts.createProgram({
    rootNames: ['right.ts', 'documented.ts', 'wrong.ts'].map((file) => join(folder, file)),
    options: {
      strict: true,
      noEmit: true,
      module: ts.ModuleKind.NodeNext,
      target: ts.ScriptTarget.ES2024,
      // Has fetch and all that belongs to it, and is read in a quarter of the time that Node's own types take.
      lib: ['lib.es2024.d.ts', 'lib.webworker.d.ts'],
      types: [],
    },
  });
  return program
    .getSourceFiles()
    .filter(({ fileName }) => fileName.startsWith(folder))
    .flatMap((file) => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)])
    .map(({ file, start = 0, messageText }) => ({
      file: file?.fileName.slice(folder.length + 1) ?? '',
      line: (file?.getLineAndCharacterOfPosition(start).line ?? 0) + 1,
      why: ts.flattenDiagnosticMessageText(messageText, '\n'),
    }));
}

interface Manifest {
  readonly files: readonly string[];
  readonly dependencies: Readonly<Record<string, string>>;
}

function manifestOf(at: string): Manifest {
  return JSON.parse(readFileSync(join(at, 'package.json'), 'utf8')) as Manifest;
}

import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import ts from 'typescript';

/** Every file for itself, which takes a hundredth of the time of a whole compilation; `npm run lint` has checked their types. */
const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2024,
  module: ts.ModuleKind.ESNext,
  strict: true,
  exactOptionalPropertyTypes: true,
};

const GENERATED = join('generated', 'api.ts');

/** The package as it is published, made of a checkout at `root` in the folder `into`, which is emptied first. */
export function buildPackage(root: string, into: string): void {
  const sdk = join(root, 'libs', 'sdk');
  rmSync(into, { recursive: true, force: true });
  mkdirSync(into, { recursive: true });
  for (const file of sourcesIn(join(sdk, 'src'))) compile(join(sdk, 'src', file), join(into, 'dist', file));
  // Nothing but types, so that it is its own declaration; nothing imports it when a program runs.
  cpSync(join(sdk, 'src', GENERATED), join(into, 'dist', GENERATED.replace(/\.ts$/u, '.d.ts')));
  for (const file of ['package.json', 'openapi.json']) cpSync(join(sdk, file), join(into, file));
  cpSync(join(root, 'LICENSE'), join(into, 'LICENSE'));
  cpSync(join(root, 'docs', 'SDK.md'), join(into, 'README.md'));
}

function sourcesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !file.endsWith('.spec.ts') && file !== GENERATED,
  );
}

function compile(from: string, to: string): void {
  const text = readFileSync(from, 'utf8');
  const settings: ts.TranspileOptions = { compilerOptions: OPTIONS, fileName: from, reportDiagnostics: true };
  mkdirSync(dirname(to), { recursive: true });
  for (const [extension, output] of [
    ['.js', ts.transpileModule(text, settings)],
    ['.d.ts', ts.transpileDeclaration(text, settings)],
  ] as const) {
    const [wrong] = output.diagnostics ?? [];
    if (wrong !== undefined)
      throw new Error(`${from}: ${ts.flattenDiagnosticMessageText(wrong.messageText, '\n')}`);
    writeFileSync(to.replace(/\.ts$/u, extension), output.outputText);
  }
}

import { type Import, importsOf, partOf } from './imports.js';
import { isTestCode, type Rule, type Source, type Violation } from './sources.js';

/** Who may import whom (DESIGN.md 2). A part may always import itself. */
const MAY_IMPORT: ReadonlyMap<string, readonly string[]> = new Map([
  ['libs/contract', []],
  ['libs/platform', ['libs/contract']],
  ['libs/providers', ['libs/contract', 'libs/platform']],
  ['libs/core', ['libs/contract', 'libs/platform']],
  // Published: whoever installs it gets nothing else of ours.
  ['libs/sdk', []],
  ['apps/gateway', ['libs/contract', 'libs/platform', 'libs/providers', 'libs/core']],
  ['apps/simulator', ['libs/platform']],
  // As whoever calls from outside: what it can do, the SDK can.
  ['apps/cli', ['libs/sdk']],
  // Types of the API only: what runs in the browser is not Node's.
  ['apps/console', ['libs/sdk']],
  ['apps/demo', ['libs/platform', 'apps/gateway', 'apps/simulator']],
]);

/** The only files of the gateway that know that there is a list of providers. */
const COMPOSITION = [
  'apps/gateway/src/launch.ts',
  'apps/gateway/src/main.ts',
  'apps/gateway/src/app.module.ts',
  'apps/gateway/src/with-core.ts',
];

const TEST_PACKAGES = ['@jest/globals', 'jest', 'fast-check', 'supertest'];

/** Each app and lib imports only what its place in the design allows. */
export const layersRule: Rule = (sources) =>
  eachImport(sources, ({ from, specifier, target }) => {
    if (target.kind === 'package') return null;
    const own = partOf(from);
    const allowed = MAY_IMPORT.get(own);
    if (allowed === undefined)
      return `${own} has no line in MAY_IMPORT; say there what it may import (DESIGN.md 2)`;
    if (target.part === own || allowed.includes(target.part)) return null;
    if (isTestCode(from) && target.kind === 'file' && target.path.startsWith('test/support/')) return null;
    const may = allowed.length === 0 ? 'nothing of ours' : allowed.join(', ');
    return `${own} imports '${specifier}' in ${target.part}; it may import ${may}`;
  });

/** What a lib offers is what its root exports. */
export const libRootsRule: Rule = (sources) =>
  eachImport(sources, ({ from, specifier, target }) => {
    if (target.kind === 'package' || !target.part.startsWith('libs/')) return null;
    const isInside = target.part === partOf(from);
    const alias = target.part.replace('libs/', '@gatehouse/');
    if (target.kind === 'file')
      return isInside ? null : `'${specifier}' reaches into a lib; import its root '${alias}'`;
    if (isInside) return `'${specifier}' is the lib's own root, which makes a cycle; import the file`;
    return target.isRoot ? null : `'${specifier}' is a deep path; import the root '${alias}'`;
  });

/** The contract is a leaf: whoever implements it takes nothing else along. */
export const contractRule: Rule = (sources) =>
  eachImport(sources, ({ from, specifier, target }) =>
    partOf(from) === 'libs/contract' && target.kind === 'package' && !isTestCode(from)
      ? `the contract imports '${specifier}'; it depends on nothing, neither a package nor Node`
      : null,
  );

/** The gateway knows the list of providers in one place. */
export const compositionRule: Rule = (sources) =>
  eachImport(sources, ({ from, target }) =>
    partOf(from) === 'apps/gateway' &&
    target.kind !== 'package' &&
    target.part === 'libs/providers' &&
    !COMPOSITION.includes(from)
      ? `only ${COMPOSITION.join(' and ')} may import the providers; ask the ProviderRegistry of the contract`
      : null,
  );

/** Nothing that is shipped leans on what is only there for tests. */
export const productionRule: Rule = (sources) =>
  eachImport(sources, ({ from, specifier, target }) => {
    if (isTestCode(from)) return null;
    const isTest =
      target.kind === 'package'
        ? TEST_PACKAGES.includes(target.name)
        : target.kind === 'file' && isTestCode(target.path);
    return isTest ? `'${specifier}' is test code, which is not there in production` : null;
  });

/** A barrel inside a lib hides who needs what, and breeds cycles. */
export const barrelsRule: Rule = (sources) =>
  shipped(sources)
    .filter(({ path }) => /(?:^|\/)index\.tsx?$/u.test(path) && !/^libs\/[^/]+\/src\/index\.ts$/u.test(path))
    .map(({ path }) => ({ file: path, line: 1, why: "only a lib's root has an index; import the files" }));

/** No file imports itself by way of others, not even for types. */
export const cyclesRule: Rule = (sources) => {
  const files = new Map(sources.map((source) => [source.path, source] as const));
  const next = (path: string): readonly Import[] => {
    const source = files.get(path);
    return source === undefined ? [] : importsOf(source);
  };
  const finished = new Set<string>();
  const violations: Violation[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    for (const found of next(path)) {
      const target = fileOf(found);
      if (target === null || finished.has(target)) continue;
      const start = trail.indexOf(target);
      if (start < 0) visit(target, [...trail, target]);
      else
        violations.push({
          file: path,
          line: found.line,
          why: `closes the cycle ${[...trail.slice(start), target].join(' → ')}`,
        });
    }
    finished.add(path);
  };
  for (const { path } of sources) if (!finished.has(path)) visit(path, [path]);
  return violations;
};

function fileOf({ target }: Import): string | null {
  switch (target.kind) {
    case 'file':
      return target.path;
    case 'lib':
      return `${target.part}/src/index.ts`;
    case 'package':
      return null;
  }
}

function eachImport(
  sources: readonly Source[],
  find: (found: Import) => string | null,
): readonly Violation[] {
  return shipped(sources)
    .flatMap(importsOf)
    .flatMap((found) => {
      const why = find(found);
      return why === null ? [] : [{ file: found.from, line: found.line, why }];
    });
}

/** The apps and libs; `test/` may import everything. */
function shipped(sources: readonly Source[]): readonly Source[] {
  return sources.filter(({ path }) => path.startsWith('apps/') || path.startsWith('libs/'));
}

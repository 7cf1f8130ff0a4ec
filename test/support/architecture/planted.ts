import { type RuleName } from './rules.js';
import { type Source } from './sources.js';

/** Files that break a rule; `at` is the file and line that must be named. */
export interface Plant {
  readonly rule: RuleName;
  readonly what: string;
  readonly files: readonly Source[];
  readonly at: string;
}

/** Files that look alike and break nothing. */
export type Innocent = Omit<Plant, 'at'>;

const CORE = 'libs/core/src/planted.ts';
const GATEWAY = 'apps/gateway/src/api/planted.ts';
const SPEC = 'libs/core/src/planted.spec.ts';

function plant(rule: RuleName, what: string, path: string, text: string, line = 1): Plant {
  return { rule, what, files: [{ path, text }], at: `${path}:${line}` };
}

function innocent(rule: RuleName, what: string, path: string, text: string): Innocent {
  return { rule, what, files: [{ path, text }] };
}

/** For each rule, what it must catch. */
export const PLANTED: readonly Plant[] = [
  plant(
    'who may import whom',
    'core → providers',
    CORE,
    `import { ProviderList } from '@gatehouse/providers';`,
  ),
  plant(
    'who may import whom',
    'core → an app',
    CORE,
    `import { createGateway } from '../../../apps/gateway/src/gateway.js';`,
  ),
  plant(
    'who may import whom',
    'platform → core',
    'libs/platform/src/planted.ts',
    `export * from '@gatehouse/core';`,
  ),
  plant(
    'who may import whom',
    'providers → core, at run time',
    'libs/providers/src/planted.ts',
    `\nconst core = await import('@gatehouse/core');`,
    2,
  ),
  plant(
    'who may import whom',
    'contract → platform, for a type',
    'libs/contract/src/planted.ts',
    `export type Now = import('@gatehouse/platform').Clock;`,
  ),
  plant(
    'who may import whom',
    'the SDK → the contract, for a type',
    'libs/sdk/src/planted.ts',
    `import type { ProblemCode } from '@gatehouse/contract';`,
  ),
  plant(
    'who may import whom',
    'the SDK → the gateway’s own code',
    'libs/sdk/src/planted.ts',
    `import { EventFeedView } from '../../../apps/gateway/src/api/events/event-feed.view.js';`,
  ),
  plant(
    'who may import whom',
    'the simulator → an adapter',
    'apps/simulator/src/planted.ts',
    `import { ProvidersModule } from '@gatehouse/providers';`,
  ),
  plant(
    'who may import whom',
    'the simulator → the contract',
    'apps/simulator/src/planted.ts',
    `import type { Identity } from '@gatehouse/contract';`,
  ),
  plant(
    'who may import whom',
    'the gateway → the simulator',
    GATEWAY,
    `import { createSimulator } from '../../../simulator/src/simulator.js';`,
  ),
  plant(
    'who may import whom',
    'the demo → core',
    'apps/demo/src/planted.ts',
    `import { Workers } from '@gatehouse/core';`,
  ),
  plant(
    'who may import whom',
    'the CLI → the contract, for a type',
    'apps/cli/src/planted.ts',
    `import type { ProblemCode } from '@gatehouse/contract';`,
  ),
  plant(
    'who may import whom',
    'an app that nobody has placed',
    'apps/planted/src/main.ts',
    `import '@gatehouse/core';`,
  ),
  plant('who may import whom', 'a lib that nobody has placed', CORE, `import '@gatehouse/helpers';`),
  plant(
    'who may import whom',
    'production → test/support',
    CORE,
    `import { eventually } from '../../../test/support/eventually.js';`,
  ),

  plant(
    'libs are imported by their root',
    'a deep path by alias',
    GATEWAY,
    `import { ledger } from '@gatehouse/core/src/ledger/ledger.js';`,
  ),
  plant(
    'libs are imported by their root',
    'a relative path into a lib',
    GATEWAY,
    `import { SardineProvider } from '../../../../libs/providers/src/sardine/sardine.provider.js';`,
  ),
  plant(
    'libs are imported by their root',
    'a relative path out of a lib',
    CORE,
    `export { PROBLEMS } from '../../contract/src/errors.js';`,
  ),
  plant(
    'libs are imported by their root',
    "a lib's own root",
    CORE,
    `import { Workers } from '@gatehouse/core';`,
  ),

  plant(
    'the contract depends on nothing',
    'a package',
    'libs/contract/src/planted.ts',
    `import { z } from 'zod';`,
  ),
  plant(
    'the contract depends on nothing',
    'Node',
    'libs/contract/src/planted.ts',
    `import { createHash } from 'node:crypto';`,
  ),

  plant(
    'providers are composed in one place',
    'a controller',
    GATEWAY,
    `import { ProvidersModule } from '@gatehouse/providers';`,
  ),
  plant(
    'providers are composed in one place',
    'a spec file',
    'apps/gateway/src/planted.spec.ts',
    `await import('@gatehouse/providers');`,
  ),

  plant(
    'production imports no test code',
    'a spec file',
    CORE,
    `import { arrange } from './planted.spec.js';`,
  ),
  plant(
    'production imports no test code',
    "a lib's test folder",
    'libs/providers/src/planted.ts',
    `import { ScriptedVendor } from '../test/scripted-vendor.js';`,
  ),
  plant('production imports no test code', 'a test package', CORE, `import { jest } from '@jest/globals';`),

  {
    rule: 'no import cycles',
    what: 'three files in a ring, one link only a type',
    files: [
      { path: 'libs/core/src/planted-a.ts', text: `import { b } from './planted-b.js';` },
      { path: 'libs/core/src/planted-b.ts', text: `import { type C } from './planted-c.js';` },
      { path: 'libs/core/src/planted-c.ts', text: `\nexport { a } from './planted-a.js';` },
    ],
    at: 'libs/core/src/planted-c.ts:2',
  },
  plant('no import cycles', 'a file that imports itself', CORE, `import { x } from './planted.js';`),

  plant(
    'no index below the root',
    'in a folder of a lib',
    'libs/core/src/ledger/index.ts',
    `export * from './ledger.js';`,
  ),
  plant('no index below the root', 'in an app', 'apps/gateway/src/index.ts', ''),

  plant(
    'the environment is read in one place',
    'process.env',
    CORE,
    `\n\nconst url = process.env.DATABASE_URL;`,
    3,
  ),
  plant(
    'the environment is read in one place',
    'in a command of the CLI',
    'apps/cli/src/commands/planted.ts',
    `const key = process.env['GATEHOUSE_KEY'];`,
  ),
  plant('the environment is read in one place', 'in brackets', CORE, `const env = process['env'];`),
  plant('the environment is read in one place', 'taken apart', CORE, `const { env: settings } = process;`),
  plant('the environment is read in one place', 'imported', CORE, `import { env } from 'node:process';`),

  plant(
    'no provider is named outside its adapter',
    'a comparison in core',
    CORE,
    `const quick = provider.name === 'sardine';`,
  ),
  plant(
    'no provider is named outside its adapter',
    'a column of the CLI',
    'apps/cli/src/planted.ts',
    `const isTexted = name === 'dentity';`,
  ),
  plant(
    'no provider is named outside its adapter',
    'a switch in the gateway',
    GATEWAY,
    `switch (name) {\n  case 'dentity':\n}`,
    2,
  ),
  plant(
    'no provider is named outside its adapter',
    'inside a template',
    CORE,
    'const path = `/hooks/sentinel/${id}`;',
  ),
  plant(
    'no provider is named outside its adapter',
    'a name in the code',
    CORE,
    `const isSentinelUser = true;`,
  ),
  plant('no provider is named outside its adapter', 'a key', CORE, `const limits = { dentity: 50 };`),

  plant('no any', 'a parameter', GATEWAY, `export function f(x: any): void {}`),
  plant('no any', 'in an array, in a test', SPEC, `const rows: readonly any[] = [];`),
  plant('no any', 'a cast', CORE, `const x = y as any;`),

  plant('no non-null assertion', 'on a value', CORE, `const first = list[0]!.id;`),
  plant('no non-null assertion', 'in a test', 'test/planted.spec.ts', `expect(found!).toBe(1);`),

  plant('no console', 'a call', CORE, `console.log('hello');`),
  plant('no console', 'handed on', CORE, `const log = { out: console };`),

  plant(
    'no sleeping test',
    'a promise around a timer',
    SPEC,
    `await new Promise((resolve) => setTimeout(resolve, 500));`,
  ),
  plant(
    'no sleeping test',
    'the promised timer',
    'test/planted.spec.ts',
    `import { setTimeout as sleep } from 'node:timers/promises';`,
  ),
  plant(
    'secrets are compared in constant time',
    'a secret that is compared as a text',
    CORE,
    `const isRight = given === connection.webhookSecret;`,
  ),
];

/** For the rules that could be too eager, what they must let pass. */
export const INNOCENT: readonly Innocent[] = [
  innocent(
    'who may import whom',
    'a spec file → test/support',
    SPEC,
    `import { eventually } from '../../../test/support/eventually.js';`,
  ),
  innocent(
    'who may import whom',
    'the demo → the apps it starts',
    'apps/demo/src/planted.ts',
    `import '../../gateway/src/gateway.js';\nimport '../../simulator/src/simulator.js';\nimport '@gatehouse/platform';`,
  ),
  innocent(
    'the contract depends on nothing',
    'a spec file → its test tools',
    'libs/contract/src/planted.spec.ts',
    `import fc from 'fast-check';`,
  ),
  innocent(
    'providers are composed in one place',
    'the composition',
    'apps/gateway/src/app.module.ts',
    `import { ProvidersModule } from '@gatehouse/providers';`,
  ),
  innocent(
    'production imports no test code',
    'a spec file → a spec helper',
    'libs/providers/src/planted.spec.ts',
    `import { json } from '../test/scripted-vendor.js';`,
  ),
  innocent(
    'the environment is read in one place',
    'a test',
    'test/support/planted.ts',
    `const url = process.env['TEST_DATABASE_ADMIN_URL'];`,
  ),
  innocent(
    'the environment is read in one place',
    'in a text',
    CORE,
    `const hint = 'process.env is read at start';`,
  ),
  innocent(
    'no provider is named outside its adapter',
    'an OpenAPI example',
    GATEWAY,
    `class View {\n  @ApiProperty({ example: 'sentinel' })\n  provider!: string;\n}`,
  ),
  innocent(
    'no provider is named outside its adapter',
    'a whole-body example of an operation',
    GATEWAY,
    `export const ME_EXAMPLE = { provider: 'sentinel' };`,
  ),
  innocent(
    'no provider is named outside its adapter',
    'a word that contains one',
    CORE,
    `const identity = 'identity.viewed';`,
  ),
  innocent(
    'no provider is named outside its adapter',
    'a comment',
    CORE,
    `/** As Sardine does. */ export const x = 1;`,
  ),
  innocent('no provider is named outside its adapter', 'a spec file', SPEC, `const name = 'sentinel';`),
  innocent('no any', 'in a text', CORE, `const any = 'as any';`),
  innocent('no non-null assertion', 'a declared member of a DTO', GATEWAY, `class View {\n  id!: string;\n}`),
  innocent('no console', 'a member of that name', CORE, `app.console.open();`),
  innocent('no sleeping test', "Jest's own deadline", SPEC, `jest.setTimeout(60_000);`),
  innocent(
    'secrets are compared in constant time',
    'whether there is one',
    CORE,
    `const has = secret !== null;`,
  ),
];

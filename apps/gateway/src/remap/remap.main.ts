import 'reflect-metadata';

import { Remapper } from '@gatehouse/core';
import { runProgram } from '@gatehouse/platform';

import { withCore } from '../with-core.js';
import { remapOptions } from './remap-options.js';
import { runRemap } from './run-remap.js';

/** `npm run remap`: what a changed mapping does to what was read before (docs/MAPPING-VERSIONS.md). */
async function main(): Promise<void> {
  const options = remapOptions(process.argv.slice(2));
  await withCore((core) =>
    runRemap(core.get(Remapper), options, {
      tell: (line) => process.stdout.write(`${line}\n`),
      progress: (line) => process.stderr.write(`${line}\n`),
    }),
  );
}

await runProgram(main);

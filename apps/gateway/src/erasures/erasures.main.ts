import 'reflect-metadata';

import { createInterface } from 'node:readline';

import { ErasureList } from '@gatehouse/core';
import { runProgram, StartError } from '@gatehouse/platform';

import { withCore } from '../with-core.js';
import { listedErasures } from './listed-erasures.js';

/** `npm run erasures -- export | repeat`: the list of erasures that a restored backup has to be told of (docs/ERASURE.md). */
async function main(): Promise<void> {
  const [command] = process.argv.slice(2);
  switch (command) {
    case 'export':
      await withCore(async (core) => {
        for await (const erasure of core.get(ErasureList).all())
          process.stdout.write(`${JSON.stringify(erasure)}\n`);
      });
      return;
    case 'repeat':
      await withCore(async (core) => {
        const repeated = await core.get(ErasureList).repeat(listedErasures(createInterface(process.stdin)));
        process.stdout.write(`${repeated} erasures carried out again\n`);
      });
      return;
    default:
      throw new StartError([
        'usage: npm run erasures -- export > erasures.jsonl',
        '   or: npm run erasures -- repeat < erasures.jsonl',
      ]);
  }
}

await runProgram(main);

import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';

import { openArena } from './arena.js';
import { type Figures, summaryOf } from './figures.js';
import { measureFootprint } from './footprint.js';
import { measureInFlight } from './in-flight.js';
import {
  measureCreates,
  measureFree,
  measureHalf,
  measureLatency,
  measureRates,
  measureReads,
  measureReplays,
} from './measures.js';
import { optionsOf } from './options.js';
import { possibleLayout } from './process/layout.js';
import { capacityOf } from './report/capacity.js';
import { writeDocument, writeProfile, writeWithTls } from './report/document.js';
import { profileOf } from './report/profile.js';
import { statementProfile } from './report/statement-profile.js';
import { measureStarts } from './starts.js';
import { measureWebhooks } from './webhooks.js';
import { asText, summaryText, tablesOf } from './report/table.js';

/*
 * `npm run bench -- [--quick] [--json FILE] [--rounds N] [--only create,read,…] [--unpinned] [--tls] [--profile FOLDER] [--write]`: what
 * docs/PERFORMANCE.md tells of.
 */

const options = optionsOf(process.argv.slice(2));
const layout = possibleLayout(options.layout);
const arena = await openArena(options, layout);

async function measure(): Promise<Figures> {
  const { only } = options;
  const creates = only.has('create') ? await measureCreates(arena) : null;
  const reads = only.has('read') || only.has('half') ? await measureReads(arena) : null;
  return {
    creates,
    reads,
    half: only.has('half') && reads !== null ? await measureHalf(arena, reads) : null,
    replays: only.has('replay') ? await measureReplays(arena) : null,
    latency: only.has('latency') ? await measureLatency(arena) : null,
    rates: only.has('rate') ? await measureRates(arena) : null,
    webhooks: only.has('webhooks') ? await measureWebhooks(arena) : null,
    starts: only.has('start') ? await measureStarts(arena) : null,
    footprint: only.has('footprint') ? await measureFootprint(arena) : null,
    inFlight: only.has('in-flight') ? await measureInFlight(arena) : null,
    // The last one: nobody is pinned any more.
    free: only.has('free') && layout === 'pinned' ? await measureFree(arena) : null,
  };
}

/** So that whoever stops us early leaves no server behind. */
async function interruption(): Promise<never> {
  const signals = (['SIGINT', 'SIGTERM'] as const).map((name) => once(process, name).then(() => name));
  throw new Error(`stopped by ${await Promise.race(signals)}`);
}

let figures: Figures;
try {
  figures = await Promise.race([measure(), interruption()]);
} catch (error) {
  arena.say(error instanceof Error ? error.message : String(error));
  await arena.close();
  // What is still under way is of no use any more.
  process.exit(1);
}
const statements = options.profile === null ? [] : await arena.databases.statements();
await arena.close();
const summary = summaryOf(figures);
for (const table of [...tablesOf(figures), ...capacityOf(figures)])
  process.stdout.write(`${asText(table)}\n`);
process.stdout.write(summaryText(figures));
if (summary.noisy) process.stdout.write('\nNOISY: something else ran on this machine; allow for 30 %.\n');
if (options.profile !== null) {
  const name = [...options.only].join(', ');
  const tables = [
    await profileOf(options.profile, name, { isOfStart: name === 'start' }),
    statementProfile(statements, name),
  ];
  for (const table of tables) process.stdout.write(`\n${asText(table)}\n`);
  if (options.isWritten) await writeProfile(name, tables);
}
if (options.json !== null) await writeFile(options.json, `${JSON.stringify(summary, null, 2)}\n`);
// What is profiled is slower than it is.
if (options.isWritten && options.profile === null) {
  const write = options.isTls ? writeWithTls : writeDocument;
  await write(figures, { plan: options.plan, layout, cores: availableParallelism() });
}

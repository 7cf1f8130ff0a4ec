import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { type Table } from './table.js';

/** A call on V8's stack, as `--cpu-prof` writes it; lines and columns from 0. */
interface CallFrame {
  readonly functionName: string;
  readonly url: string;
  readonly lineNumber: number;
  readonly columnNumber: number;
}

interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: CallFrame;
    readonly children?: number[];
  }[];
  readonly samples: readonly number[];
  /** Microseconds since the sample before. */
  readonly timeDeltas: readonly number[];
}

/** Whose code it is, by where it is; the first that fits. */
const OWNERS: readonly (readonly [owner: string, where: RegExp])[] = [
  ['`pg`: statements and rows', /\/(pg|pg-\w+|postgres-\w+)\//],
  [
    'NestJS, Fastify and their validation',
    /\/(@nestjs|@fastify|fastify|rxjs|find-my-way|class-\w+|validator|reusify|avvio|secure-json-parse|fast-\w+)\//,
  ],
  ['phone numbers', /\/libphonenumber-js\//],
  ['calls of vendors: axios, undici', /\/(axios|undici|form-data)\/|^wasm:/],
  ['patience with vendors: Cockatiel', /\/cockatiel\//],
  ['log: pino', /\/(pino|sonic-boom|thread-stream)[\w-]*\//],
  ['other packages', /\/node_modules\//],
  ['encryption, hashes', /^node:(internal\/)?crypto/],
  ['HTTP', /^node:(_http|internal\/http)/],
  ['sockets', /^node:(net|internal\/streams|internal\/stream_base|stream|events)/],
  ['Node.js, else', /^node:/],
  ['Gatehouse: HTTP', /\/apps\/gateway\//],
  ['Gatehouse: core', /\/libs\/core\//],
  ['Gatehouse: providers', /\/libs\/(providers|contract)\//],
  ['Gatehouse: platform', /\/libs\/platform\//],
];

/** What V8 does by itself, and has no place. */
const BY_NAME: ReadonlyMap<string, string> = new Map([
  ['(garbage collector)', 'garbage collection'],
  ['(program)', 'V8 and system, unnamed'],
  ['runMicrotasks', 'promises'],
  ['writev', 'sockets'],
  ['writeBuffer', 'sockets'],
  ['writeUtf8String', 'sockets'],
]);
const WITHOUT_WORK = new Set(['(root)', '(idle)']);
/** Longer than anything runs between two samples: the process was frozen, while another one was measured. In a start none is. */
const FROZEN_US = 1_000_000;

/**
 * The newest CPU profile of a folder: of a start all of it, with what it waits, else the second half, when all is warm. What share of its
 * main thread's work was whose, in per cent. What is built in counts for who called it. The threads that collect garbage beside it are not
 * in a profile.
 */
export async function profileOf(
  folder: string,
  measure: string,
  { isOfStart }: { readonly isOfStart: boolean },
): Promise<Table> {
  const path = await newest(folder);
  const { nodes, samples, timeDeltas } = JSON.parse(await readFile(path, 'utf8')) as CpuProfile;
  const owners = await ownersOf(nodes);
  if (isOfStart) for (const id of idleOf(nodes)) owners.set(id, 'waiting: PostgreSQL, files, threads');
  const shares = new Map<string, number>();
  const first = isOfStart ? 0 : Math.floor(samples.length / 2);
  for (const [index, id] of samples.entries()) {
    const owner = owners.get(id);
    const took = timeDeltas[index] ?? 0;
    if (index < first || owner === undefined || (!isOfStart && took > FROZEN_US)) continue;
    shares.set(owner, (shares.get(owner) ?? 0) + took);
  }
  const all = [...shares.values()].reduce((sum, share) => sum + share, 0);
  const rows = [...shares]
    .sort(([, a], [, b]) => b - a)
    .map(([owner, share]) => [owner, ((100 * share) / all).toFixed(1)]);
  return {
    title: `Where the server’s time goes: ${measure}`,
    rows: [['', isOfStart ? '% of the time' : '% of the main thread'], ...rows],
  };
}

async function newest(folder: string): Promise<string> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.cpuprofile'));
  const dated = await Promise.all(
    files.map(async (file) => ({ path: join(folder, file), at: (await stat(join(folder, file))).mtimeMs })),
  );
  const [last] = dated.sort((a, b) => b.at - a.at);
  if (last === undefined) throw new Error(`${folder} has no profile`);
  return last.path;
}

function idleOf(nodes: CpuProfile['nodes']): readonly number[] {
  return nodes.filter(({ callFrame }) => callFrame.functionName === '(idle)').map(({ id }) => id);
}

/** By the ids of nodes; none for one that does no work. */
async function ownersOf(nodes: CpuProfile['nodes']): Promise<Map<number, string>> {
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])));
  const places = await placesOf(nodes.map(({ callFrame }) => callFrame));
  const owners = new Map<number, string>();
  // Whoever calls comes before whom it calls.
  for (const { id, callFrame } of nodes) {
    if (WITHOUT_WORK.has(callFrame.functionName)) continue;
    const place = places(callFrame);
    const caller = owners.get(parents.get(id) ?? Number.NaN);
    const own = BY_NAME.get(callFrame.functionName) ?? OWNERS.find(([, where]) => where.test(place))?.[0];
    owners.set(id, own ?? caller ?? 'V8 and system, unnamed');
  }
  return owners;
}

/** Where a call's source is, also of what was made one file. */
async function placesOf(frames: readonly CallFrame[]): Promise<(frame: CallFrame) => string> {
  const urls = new Set(frames.map(({ url }) => url).filter((url) => url.includes('/dist/gateway/')));
  const maps = new Map<string, SourceMap>();
  for (const url of urls) {
    const path = `${fileURLToPath(url)}.map`;
    // What the bundler has added has none.
    if (existsSync(path))
      maps.set(url, new SourceMap(JSON.parse(await readFile(path, 'utf8')) as SourceMapPayload));
  }
  return ({ url, lineNumber, columnNumber }) => {
    const entry = maps.get(url)?.findEntry(lineNumber, columnNumber);
    return entry !== undefined && 'originalSource' in entry ? entry.originalSource : url;
  };
}

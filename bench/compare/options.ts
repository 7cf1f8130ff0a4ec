import { parseArgs } from 'node:util';

import { type Closed } from './generator/load.js';
import { type Name, NAMES } from './names.js';
import { type Layout } from './process/layout.js';

export const MEASURES = [
  'create',
  'read',
  'half',
  'replay',
  'latency',
  'rate',
  'webhooks',
  'start',
  'footprint',
  'in-flight',
  'free',
] as const;
export type Measure = (typeof MEASURES)[number];

/** What the short form leaves out, unless it is asked for. */
const NOT_IN_QUICK: ReadonlySet<Measure> = new Set(['half', 'replay', 'rate', 'in-flight', 'free']);

/** What a run with TLS measures. Some of the others call the gateway itself, past what ends TLS before it. */
const MEASURES_WITH_TLS = ['create', 'read'] as const;
const NAMES_WITH_TLS = ['ours', 'b0'] as const;

/** How long everything takes. */
export interface Plan {
  readonly rounds: number;
  /** Rounds that may be measured again because something else ran on the machine. */
  readonly spareRounds: number;
  /** After each start. */
  readonly warmUpRequests: number;
  /** Before each turn: processors and connections forget, and V8 goes on compiling for tens of thousands of requests. */
  readonly warmUpEachTurn: Closed['until'];
  readonly seconds: number;
  readonly openSeconds: number;
  /** Of each rate that is tried. */
  readonly rateSeconds: number;
  readonly upstreamDelaysMs: readonly number[];
  readonly coldStarts: number;
  readonly footprintCreates: number;
  readonly webhookWarmUp: number;
  readonly webhookBurst: number;
  /** Of a thousand callers, all together. */
  readonly inFlightRequests: number;
}

export interface Options {
  readonly plan: Plan;
  readonly layout: Layout;
  /** Whether callers and vendor speak TLS. */
  readonly isTls: boolean;
  readonly only: ReadonlySet<Measure>;
  /** Who is measured; the others are not even started. */
  readonly who: ReadonlySet<Name>;
  readonly json: string | null;
  /** A folder for CPU profiles of ours, as Node's `--cpu-prof` writes them. */
  readonly profile: string | null;
  /** Whether the figures and charts go into the document. */
  readonly isWritten: boolean;
}

const FULL: Plan = {
  rounds: 5,
  spareRounds: 5,
  warmUpRequests: 5_000,
  warmUpEachTurn: { seconds: 8 },
  seconds: 8,
  openSeconds: 15,
  rateSeconds: 5,
  upstreamDelaysMs: [0, 50, 500],
  coldStarts: 5,
  footprintCreates: 100_000,
  webhookWarmUp: 3_000,
  webhookBurst: 5_000,
  inFlightRequests: 10_000,
};

const QUICK: Plan = {
  rounds: 1,
  spareRounds: 0,
  warmUpRequests: 1_000,
  warmUpEachTurn: { requests: 200 },
  seconds: 3,
  openSeconds: 3,
  rateSeconds: 2,
  upstreamDelaysMs: [0],
  coldStarts: 2,
  footprintCreates: 1_000,
  webhookWarmUp: 300,
  webhookBurst: 600,
  inFlightRequests: 3_000,
};

/** Throws an error that says which option is wrong. */
export function optionsOf(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      only: { type: 'string' },
      who: { type: 'string' },
      json: { type: 'string' },
      profile: { type: 'string' },
      write: { type: 'boolean', default: false },
      unpinned: { type: 'boolean', default: false },
      tls: { type: 'boolean', default: false },
    },
  });
  const plan = values.quick ? QUICK : FULL;
  const usual = values.quick ? MEASURES.filter((measure) => !NOT_IN_QUICK.has(measure)) : MEASURES;
  const possible = values.tls ? MEASURES_WITH_TLS : MEASURES;
  const only: ReadonlySet<Measure> =
    values.only === undefined ? new Set(values.tls ? possible : usual) : among('only', values.only, possible);
  const who: ReadonlySet<Name> = among('who', values.who, values.tls ? NAMES_WITH_TLS : NAMES);
  const isWhole = only.size === MEASURES.length && who.size === NAMES.length;
  return {
    plan: { ...plan, rounds: values.rounds === undefined ? plan.rounds : wholeNumber(values.rounds) },
    layout: values.unpinned ? 'free' : 'pinned',
    isTls: values.tls,
    only,
    who,
    json: values.json ?? null,
    profile: values.profile ?? null,
    isWritten: values.write || (!values.quick && isWhole),
  };
}

function among<const T extends string>(
  option: string,
  given: string | undefined,
  all: readonly T[],
): ReadonlySet<T> {
  const names = given?.split(',') ?? all;
  const found = names.flatMap((name) => all.filter((known) => known === name));
  if (found.length < names.length)
    throw new Error(`--${option} takes ${all.join(', ')}, not ${names.join(', ')}`);
  return new Set(found);
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d?$/.test(text)) throw new Error(`--rounds takes a number from 1 to 99, not ${text}`);
  return Number(text);
}

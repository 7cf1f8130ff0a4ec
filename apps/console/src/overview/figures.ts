import { type Schemas } from '../api/client.js';
import { type Series } from './palette.js';

export type Overview = Schemas['Overview'];

const DAY_MS = 86_400_000;

/** The days of a range in UTC, first to last, as `2026-01-31`. */
export function daysOf({ since, until }: Pick<Overview, 'since' | 'until'>): readonly string[] {
  const days: string[] = [];
  for (let at = Date.parse(since); at < Date.parse(until); at += DAY_MS) days.push(dayOf(new Date(at)));
  const last = dayOf(new Date(Date.parse(until) - 1));
  return days.at(-1) === last ? days : [...days, last];
}

function dayOf(at: Date): string {
  return at.toISOString().slice(0, 10);
}

/** The first moment of the day in UTC that begins a range of so many days, today included. */
export function startOfRange(days: number, now: Date): Date {
  const today = Date.parse(dayOf(now));
  return new Date(today - (days - 1) * DAY_MS);
}

/** A value for each series on each day; null where there is none. */
export interface Row {
  readonly day: string;
  readonly values: Readonly<Record<string, number | null>>;
}

/** How many began on each day, by where they are now. */
export function outcomesByDay(overview: Overview, series: readonly Series[]): readonly Row[] {
  return daysOf(overview).map((day) => {
    const its = overview.days.filter((entry) => entry.day === day);
    return {
      day,
      values: Object.fromEntries(
        series.map(({ name }) => [name, its.reduce((sum, entry) => sum + countOf(entry, name), 0)]),
      ),
    };
  });
}

/** How many began on each day at each provider. */
export function providersByDay(overview: Overview, series: readonly Series[]): readonly Row[] {
  return daysOf(overview).map((day) => ({
    day,
    values: Object.fromEntries(
      series.map(({ name }) => [
        name,
        overview.days.find((entry) => entry.day === day && entry.provider === name)?.created ?? 0,
      ]),
    ),
  }));
}

/** In percent, to one decimal. */
export function passRateByDay(overview: Overview): readonly Row[] {
  return daysOf(overview).map((day) => {
    const passRate = overview.daily.find((entry) => entry.day === day)?.passRate ?? null;
    return { day, values: { passRate: passRate === null ? null : percentOf(passRate) } };
  });
}

/** In seconds. */
export function timesByDay(overview: Overview): readonly Row[] {
  return daysOf(overview).map((day) => {
    const time = overview.daily.find((entry) => entry.day === day)?.timeToVerdict ?? null;
    return { day, values: { p50: time?.p50Seconds ?? null, p95: time?.p95Seconds ?? null } };
  });
}

/** The outcomes by the members of the API that count them. */
export const OUTCOMES = [
  'verified',
  'rejected',
  'needsReview',
  'open',
  'expired',
  'canceled',
  'revoked',
  'error',
] as const;

function countOf(entry: Schemas['OverviewDay'], name: string): number {
  const outcome = OUTCOMES.find((known) => known === name);
  return outcome === undefined ? 0 : entry[outcome];
}

export function percentOf(share: number): number {
  return Math.round(share * 1000) / 10;
}

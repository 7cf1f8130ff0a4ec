import { Argument, InvalidArgumentError, Option } from 'commander';

/** A tenant has everything twice, once for each. */
export const ENVIRONMENTS = ['test', 'live'] as const;
export type Environment = (typeof ENVIRONMENTS)[number];

export interface TenantOption {
  readonly tenant?: string;
}

export interface PlaceOptions extends TenantOption {
  readonly environment: Environment;
}

export interface PageOptions {
  readonly limit: number;
  readonly cursor?: string;
}

export interface YesOption {
  readonly yes?: boolean;
}

export function tenantOption(): Option {
  return new Option('-t, --tenant <id>', 'the tenant’s id; or set GATEHOUSE_TENANT');
}

export function environmentOption(): Option {
  return new Option('-e, --environment <name>', 'test or live').choices(ENVIRONMENTS).default('test');
}

export function limitOption(what = 'how many'): Option {
  return new Option('-n, --limit <n>', what).argParser(wholeFrom(1, 200)).default(20);
}

export function cursorOption(): Option {
  return new Option('--cursor <cursor>', 'where the page before ended');
}

export function yesOption(): Option {
  return new Option('-y, --yes', 'do not ask first');
}

export function argument(term: string, description: string): Argument {
  return new Argument(term, description);
}

/** A parser of whole numbers. */
export function wholeFrom(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d{1,9}$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It has to be a whole number from ${least} to ${most}.`);
  };
}

/** Gathers what an option says each time that it is given. */
export function gathered(text: string, before: readonly string[]): readonly string[] {
  return [...before, text];
}

/** An option that may be given several times. */
export function repeatable(flags: string, description: string): Option {
  return new Option(flags, description).argParser(gathered).default([]);
}

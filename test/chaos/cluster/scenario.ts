import { type Check } from '../invariants/check.js';

/** Something that happens to the machine or to the database while gateways are under load. */
export interface Scenario {
  /** What it is called on the command line. */
  readonly name: string;
  readonly what: string;
  /** What it needs and this computer has not; null: it can be run. */
  readonly missing: () => Promise<string | null>;
  readonly run: (say: (line: string) => void) => Promise<readonly Check[]>;
}

export type Outcome =
  | {
      readonly name: string;
      readonly kind: 'run';
      readonly checks: readonly Check[];
      readonly seconds: number;
    }
  | { readonly name: string; readonly kind: 'not run'; readonly why: string };

export function nothingMissing(): Promise<string | null> {
  return Promise.resolve(null);
}

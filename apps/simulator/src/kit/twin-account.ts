import { Chance } from './chance.js';
import { SimulatedClock } from './clock.js';
import { FaultPlan } from './faults.js';
import { Journal } from './journal.js';
import { RateLimit } from './rate-limit.js';
import { type SharedSwitches } from './shared-switches.js';
import { Weather } from './weather.js';

/** One customer of a vendor. Everything a twin knows hangs on an account, so tests cannot see each other. */
export abstract class TwinAccount {
  abstract readonly provider: string;
  abstract readonly switches: SharedSwitches;
  readonly id: string;
  readonly clock: SimulatedClock;
  readonly chance = new Chance();
  /** For what merely answers are made of: how often somebody reads must not change the ids of who comes next. */
  readonly answerChance = new Chance();
  readonly journal = new Journal();
  readonly faults = new FaultPlan((person) => this.namesOf(person));
  readonly weather = new Weather();
  readonly rateLimit = new RateLimit();
  #seed: string | null = null;

  constructor(id: string, wallClock: () => number) {
    this.id = id;
    this.clock = new SimulatedClock(wallClock);
  }

  /** Credentials and switches, as the control API shows them. */
  abstract describe(): Record<string, unknown>;
  /** Merges some switches over the present ones; throws a ZodError on an unknown or wrong one. */
  abstract changeSwitches(changes: Readonly<Record<string, unknown>>): void;
  /** Every id and contact by which this account knows a person, who is given by one of them. */
  abstract namesOf(person: string): readonly string[];

  get seed(): string | null {
    return this.#seed;
  }

  /** The account's id is part of it: two accounts never make the same token, as links must lead to one of them. */
  seedWith(seed: string | null): void {
    this.#seed = seed;
    const own = seed === null ? null : `${this.provider}/${this.id}/${seed}`;
    this.chance.reseed(own);
    this.answerChance.reseed(own === null ? null : `${own}/answers`);
  }

  /** Forgets people, journal, faults, weather and clock, and begins the seed anew; keeps credentials and switches. */
  reset(): void {
    this.journal.clear();
    this.faults.clear();
    this.weather.calm();
    this.rateLimit.clear();
    this.chance.restart();
    this.answerChance.restart();
    this.clock.reset();
  }
}

import { randomBytes } from 'node:crypto';

import { type z } from 'zod';

import { SimulatedClock } from '../kit/clock.js';
import { isContactOf } from '../kit/contacts.js';
import { FaultPlan } from '../kit/faults.js';
import { Journal } from '../kit/journal.js';
import { type TwinAccount } from '../kit/twin.js';
import { type dentityAccountInput, type DentitySwitches, dentitySwitches } from './dentity.settings.js';

export interface DentityUser {
  readonly firstName: string;
  readonly lastName: string;
  readonly fullName: string;
  readonly email: string | null;
  /** National digits, no dial code. */
  readonly phoneNumber: string;
  /** `YYYY-MM-DD`. */
  readonly dateOfBirth: string;
  readonly addressDetail: {
    readonly street: string;
    readonly country: string;
    readonly city: string;
    readonly state: string;
    readonly zip: string;
  };
}

export interface EmailEvent {
  readonly email: string;
  /** Unix seconds. */
  readonly timestamp: number;
  readonly status: string;
}

/** One request to one phone holder (providers/dentity.md 1). */
export interface Verification {
  readonly id: string;
  /** The secret part of the link in the SMS. */
  readonly token: string;
  readonly phone: string;
  readonly email: string | null;
  readonly user: DentityUser;
  readonly metadata: unknown;
  readonly callbackUrl: string | null;
  /** Where browsers and image readers reach the simulator. */
  readonly origin: string;
  /** The rendered text, with the link. */
  readonly sms: string;
  readonly createdAt: Date;
  /** `pending`, `verified`, `failed` (5), or whatever a test sets. */
  status: string;
  completedAt: Date | null;
  walkedAway: boolean;
  smsStatus: string;
  /** Newest first. */
  emailEvents: EmailEvent[];
}

export class DentityAccount implements TwinAccount {
  readonly provider = 'dentity';
  /** The API key itself: nothing else names the account in a request. */
  readonly id: string;
  readonly clock: SimulatedClock;
  readonly journal = new Journal();
  readonly faults = new FaultPlan();
  secretKey = '';
  siteName = '';
  callbackUrl: string | null = null;
  switches: DentitySwitches = dentitySwitches.parse({});
  /** Newest first. */
  verifications: Verification[] = [];

  constructor(id: string, wallClock: () => number) {
    this.id = id;
    this.clock = new SimulatedClock(wallClock);
  }

  configure(input: z.output<typeof dentityAccountInput>): void {
    this.secretKey = input.secretKey;
    this.siteName = input.siteName;
    this.callbackUrl = input.callbackUrl;
    this.switches = input.switches;
  }

  describe(): Record<string, unknown> {
    return {
      apiKey: this.id,
      secretKey: this.secretKey,
      siteName: this.siteName,
      callbackUrl: this.callbackUrl,
      switches: this.switches,
    };
  }

  changeSwitches(changes: Readonly<Record<string, unknown>>): void {
    this.switches = dentitySwitches.parse({ ...this.switches, ...changes });
  }

  reset(): void {
    this.verifications = [];
    this.journal.clear();
    this.faults.clear();
    this.clock.reset();
  }

  verification(id: string): Verification | undefined {
    return this.verifications.find((verification) => verification.id === id);
  }

  /** By id, or the newest one with this phone or e-mail. */
  find(key: string): Verification | undefined {
    return (
      this.verification(key) ?? this.verifications.find((verification) => isContactOf(key, verification))
    );
  }
}

/** 24 hexadecimal digits, the first eight being the time, as MongoDB makes them. */
export function objectId(now: Date): string {
  const seconds = Math.floor(now.getTime() / 1000).toString(16);
  return seconds.padStart(8, '0') + randomBytes(8).toString('hex');
}

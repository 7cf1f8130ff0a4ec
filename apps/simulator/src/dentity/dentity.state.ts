import { type z } from 'zod';

import { type Chance } from '../kit/chance.js';
import { isContactOf } from '../kit/contacts.js';
import { TwinAccount } from '../kit/twin-account.js';
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
  /** As it was before the last change; null: it was not there. */
  previous: VerificationRecord | null;
}

/** What changes of a verification. */
export type VerificationRecord = Readonly<Pick<Verification, 'status' | 'completedAt'>>;

/** Its id is the API key: nothing else names the account in a request. */
export class DentityAccount extends TwinAccount {
  readonly provider = 'dentity';
  secretKey = '';
  siteName = '';
  callbackUrl: string | null = null;
  switches: DentitySwitches = dentitySwitches.parse({});
  /** Newest first. */
  verifications: Verification[] = [];

  configure(input: z.output<typeof dentityAccountInput>): void {
    this.secretKey = input.secretKey;
    this.siteName = input.siteName;
    this.callbackUrl = input.callbackUrl;
    this.switches = input.switches;
    this.seedWith(input.seed);
  }

  describe(): Record<string, unknown> {
    return {
      apiKey: this.id,
      secretKey: this.secretKey,
      siteName: this.siteName,
      callbackUrl: this.callbackUrl,
      seed: this.seed,
      switches: this.switches,
    };
  }

  changeSwitches(changes: Readonly<Record<string, unknown>>): void {
    this.switches = dentitySwitches.parse({ ...this.switches, ...changes });
  }

  override reset(): void {
    super.reset();
    this.verifications = [];
  }

  namesOf(person: string): readonly string[] {
    return this.verifications
      .filter((verification) => verification.id === person || isContactOf(person, verification))
      .flatMap(({ id, phone, email }) => [id, phone, email])
      .filter((name) => name !== null);
  }

  /** Somebody who was never asked by this account. */
  stranger(): Verification {
    const now = this.clock.now();
    return {
      id: objectId(now, this.answerChance),
      token: '',
      phone: '+12025550000',
      email: 'somebody.else@mail.test',
      user: {
        firstName: 'Somebody',
        lastName: 'Else',
        fullName: 'Somebody Else',
        email: 'somebody.else@mail.test',
        phoneNumber: '2025550000',
        dateOfBirth: '1980-01-01',
        addressDetail: { street: '1 Other St', country: 'US', city: 'Reno', state: 'NV', zip: '89501' },
      },
      metadata: {},
      callbackUrl: null,
      origin: '',
      sms: '',
      createdAt: now,
      status: 'verified',
      completedAt: now,
      walkedAway: false,
      smsStatus: 'delivered',
      emailEvents: [],
      previous: null,
    };
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

/** 24 hexadecimal digits, the first eight being the time, as MongoDB makes them; with a seed all follow from it. */
export function objectId(now: Date, chance: Chance): string {
  if (chance.isSeeded) return chance.hex(12);
  const seconds = Math.floor(now.getTime() / 1000).toString(16);
  return seconds.padStart(8, '0') + chance.hex(8);
}

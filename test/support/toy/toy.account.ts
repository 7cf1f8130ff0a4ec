import { z } from 'zod';

import { isContactOf } from '../../../apps/simulator/src/kit/contacts.js';
import { sharedSwitches, webhookSwitches } from '../../../apps/simulator/src/kit/shared-switches.js';
import { TwinAccount } from '../../../apps/simulator/src/kit/twin-account.js';

export const toySwitches = z
  .strictObject({
    ...sharedSwitches,
    ...webhookSwitches,
    signature: z.enum(['correct', 'wrong', 'missing']).default('correct').describe('Toy-Signature'),
    imageBytes: z.int().min(0).default(0).describe('size of each picture that is not small'),
  })
  .prefault({});

/** Body of `PUT /control/accounts/toy`. */
export const toyAccountInput = z.strictObject({
  apiKey: z.string().min(1),
  secret: z.string().min(1),
  webhookUrl: z.url().nullable().default(null),
  switches: toySwitches,
});

/** What changes of a session. */
export interface ToyRecord {
  readonly state: string;
  readonly changedAt: Date;
}

export interface ToySession {
  readonly id: string;
  /** The customer's own name for it: the same one again is the same session. */
  readonly reference: string;
  readonly document: string;
  email: string | null;
  phone: string | null;
  pages: { readonly token: string; readonly returnUrl: string }[];
  expiresOn: string;
  record: ToyRecord;
  /** As it was before the last change; null: it was not there. */
  previous: ToyRecord | null;
}

/** Its id is the API key. */
export class ToyAccount extends TwinAccount {
  readonly provider = 'toy';
  secret = '';
  webhookUrl: string | null = null;
  switches = toySwitches.parse({});
  /** Newest first. */
  sessions: ToySession[] = [];

  configure(input: z.output<typeof toyAccountInput>): void {
    this.secret = input.secret;
    this.webhookUrl = input.webhookUrl;
    this.switches = input.switches;
  }

  describe(): Record<string, unknown> {
    return {
      apiKey: this.id,
      secret: this.secret,
      webhookUrl: this.webhookUrl,
      seed: this.seed,
      switches: this.switches,
    };
  }

  changeSwitches(changes: Readonly<Record<string, unknown>>): void {
    this.switches = toySwitches.parse({ ...this.switches, ...changes });
  }

  namesOf(person: string): readonly string[] {
    return this.sessions
      .filter(({ id, email, phone }) => id === person || isContactOf(person, { email, phone }))
      .flatMap(({ id, email, phone }) => [id, email, phone])
      .filter((name) => name !== null);
  }

  override reset(): void {
    super.reset();
    this.sessions = [];
  }

  session(id: string): ToySession | undefined {
    return this.sessions.find((session) => session.id === id);
  }

  /** By id, or the newest one with this e-mail or phone. */
  find(key: string): ToySession | undefined {
    return this.session(key) ?? this.sessions.find((session) => isContactOf(key, session));
  }

  add(session: Pick<ToySession, 'reference' | 'document' | 'email' | 'phone'>, state = 'open'): ToySession {
    const now = this.clock.now();
    const added = {
      ...session,
      id: this.chance.uuid(),
      pages: [],
      expiresOn: `${now.getUTCFullYear() + 5}-06-30`,
      record: { state, changedAt: now },
      previous: null,
    };
    this.sessions.unshift(added);
    return added;
  }
}

import { type z } from 'zod';

import { type Chance } from '../kit/chance.js';
import { isContactOf, sameEmail, samePhone } from '../kit/contacts.js';
import { type InventedPerson, inventPerson } from '../kit/people.js';
import { TwinAccount } from '../kit/twin-account.js';
import { type WebhookWriter } from '../kit/webhook-sender.js';
import {
  type SentinelDocument,
  type SentinelStatus,
  type SentinelSwitches,
  type sentinelAccountInput,
  sentinelSwitches,
} from './sentinel.settings.js';

/** Why a person was rejected or sent back: shown in the portal, and seen in the API only through the check flags. */
export const SENTINEL_REASONS = [
  'liveness_failed',
  'face_mismatch',
  'document_unreadable',
  'document_expired',
  'other',
] as const;
export type SentinelReason = (typeof SENTINEL_REASONS)[number];

export interface DocumentRecord {
  readonly number: string;
  readonly dateOfIssue: string;
  dateOfExpiry: string;
  idMatch: boolean;
  idScore: number;
  idClassificationPassed: boolean;
  warned: boolean;
}

/** A person as Sentinel keeps them: one record, reused by later verifications (providers/sentinel.md 1). */
export interface Customer {
  readonly id: number;
  readonly uuid: string;
  readonly person: InventedPerson;
  /** A number is a code that has no name in our table. */
  status: SentinelStatus | number;
  email: string | null;
  phone: string | null;
  isLive: boolean;
  isLiveScore: number;
  documents: Partial<Record<SentinelDocument, DocumentRecord>>;
  draftReason: SentinelReason | null;
  readonly createdAt: Date;
  updatedAt: Date;
  latestWebhook: WebhookWriter | null;
  /** As the vendor showed the record last, and before its last change; null: not at all. */
  published: CustomerRecord | null;
  previous: CustomerRecord | null;
}

/** What an answer shows of a customer. */
export type CustomerRecord = Readonly<Omit<Customer, 'latestWebhook' | 'published' | 'previous'>>;

/** One minted link. */
export interface PortalSession {
  readonly id: string;
  /** The opaque `data` of the link, not yet percent-encoded. */
  readonly token: string;
  email: string | null;
  phone: string | null;
  readonly documents: readonly SentinelDocument[];
  readonly createdAt: Date;
  state: 'open' | 'finished' | 'walked-away';
  customerUuid: string | null;
}

const FIRST_ID = 81;

export class SentinelAccount extends TwinAccount {
  readonly provider = 'sentinel';
  secret = '';
  name = '';
  callbackUrl: string | null = null;
  callbackPassphrase: string | null = null;
  switches: SentinelSwitches = sentinelSwitches.parse({});
  sessions: PortalSession[] = [];
  customers: Customer[] = [];
  #nextId = FIRST_ID;

  configure(input: z.output<typeof sentinelAccountInput>): void {
    this.secret = input.clientSecret;
    this.name = input.name;
    this.switches = input.switches;
    this.seedWith(input.seed);
    if (input.callbackUrl !== undefined) this.callbackUrl = input.callbackUrl;
    if (input.callbackPassphrase !== undefined) this.callbackPassphrase = input.callbackPassphrase;
  }

  describe(): Record<string, unknown> {
    return {
      clientUuid: this.id,
      clientSecret: this.secret,
      name: this.name,
      callbackUrl: this.callbackUrl,
      callbackPassphrase: this.callbackPassphrase,
      seed: this.seed,
      switches: this.switches,
    };
  }

  changeSwitches(changes: Readonly<Record<string, unknown>>): void {
    this.switches = sentinelSwitches.parse({ ...this.switches, ...changes });
  }

  override reset(): void {
    super.reset();
    this.sessions = [];
    this.customers = [];
    this.#nextId = FIRST_ID;
  }

  namesOf(person: string): readonly string[] {
    const held = this.sessions.filter((session) => session.id === person || isContactOf(person, session));
    const customers = this.customers.filter(
      (customer) =>
        customer.uuid === person ||
        isContactOf(person, customer) ||
        held.some(({ customerUuid }) => customerUuid === customer.uuid),
    );
    const contacts = [...held, ...customers].flatMap(({ email, phone }) => [email, phone]);
    return [...contacts, ...customers.map(({ uuid }) => uuid)].filter((name) => name !== null);
  }

  addSession(
    contact: { email: string | null; phone: string | null },
    documents: readonly SentinelDocument[],
  ): PortalSession {
    const session: PortalSession = {
      id: this.chance.hex(8),
      // Two leading bytes that always give `+/` in base64, so that re-encoding the link would be noticed (5.2).
      token: Buffer.concat([Buffer.from([0xfb, 0xf0]), this.chance.bytes(23)]).toString('base64'),
      ...contact,
      documents,
      createdAt: this.clock.now(),
      state: 'open',
      customerUuid: null,
    };
    this.sessions.unshift(session);
    return session;
  }

  addCustomer(contact: { email: string | null; phone: string | null }): Customer {
    const customer = this.#invented(this.chance, this.#nextId, contact);
    this.#nextId += 1;
    this.customers.push(customer);
    return customer;
  }

  /** Somebody who is not on file here. */
  stranger(): CustomerRecord {
    return this.#invented(this.answerChance, 7, { email: 'somebody.else@mail.test', phone: '+971509999999' });
  }

  /** Shows the record as it now is; what was shown until now is what a stale read still sees. */
  publish(customer: Customer): void {
    customer.previous = customer.published;
    customer.published = { ...customer, documents: { ...customer.documents } };
  }

  #invented(chance: Chance, id: number, contact: { email: string | null; phone: string | null }): Customer {
    const now = this.clock.now();
    return {
      id,
      uuid: chance.uuid(),
      person: inventPerson(contact.email ?? contact.phone ?? ''),
      status: 'pending',
      ...contact,
      isLive: true,
      isLiveScore: 97.1,
      documents: {},
      draftReason: null,
      createdAt: now,
      updatedAt: now,
      latestWebhook: null,
      published: null,
      previous: null,
    };
  }

  customer(uuid: string | null): Customer | undefined {
    return this.customers.find((customer) => customer.uuid === uuid);
  }

  /** E-mail first; the phone when the e-mail is absent or not found (providers/sentinel.md 5.3). */
  lookUp(email: string | null, phone: string | null): Customer | undefined {
    return (
      this.customers.find((customer) => sameEmail(customer.email, email)) ??
      this.customers.find((customer) => samePhone(customer.phone, phone))
    );
  }

  /** A link holder by session id, or the newest one with this e-mail or phone. */
  session(key: string): PortalSession | undefined {
    return this.sessions.find((session) => session.id === key || isContactOf(key, session));
  }

  code(customer: CustomerRecord): number {
    return typeof customer.status === 'number' ? customer.status : this.switches.statusCodes[customer.status];
  }

  isExpired(session: PortalSession): boolean {
    const age = this.clock.now().getTime() - session.createdAt.getTime();
    return age > this.switches.linkLifetimeSeconds * 1000;
  }
}

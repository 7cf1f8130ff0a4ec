import { randomBytes, randomUUID } from 'node:crypto';

import { type z } from 'zod';

import { SimulatedClock } from '../kit/clock.js';
import { isContactOf, sameEmail, samePhone } from '../kit/contacts.js';
import { FaultPlan } from '../kit/faults.js';
import { Journal } from '../kit/journal.js';
import { type InventedPerson, inventPerson } from '../kit/people.js';
import { type OutgoingWebhook } from '../kit/webhook-sender.js';
import { type TwinAccount } from '../kit/twin.js';
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
  latestWebhook: OutgoingWebhook | null;
}

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

export class SentinelAccount implements TwinAccount {
  readonly provider = 'sentinel';
  readonly id: string;
  readonly clock: SimulatedClock;
  readonly journal = new Journal();
  readonly faults = new FaultPlan();
  secret = '';
  name = '';
  callbackUrl: string | null = null;
  callbackPassphrase: string | null = null;
  switches: SentinelSwitches = sentinelSwitches.parse({});
  sessions: PortalSession[] = [];
  customers: Customer[] = [];
  #lastId = 80;

  constructor(id: string, wallClock: () => number) {
    this.id = id;
    this.clock = new SimulatedClock(wallClock);
  }

  configure(input: z.output<typeof sentinelAccountInput>): void {
    this.secret = input.clientSecret;
    this.name = input.name;
    this.switches = input.switches;
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
      switches: this.switches,
    };
  }

  changeSwitches(changes: Readonly<Record<string, unknown>>): void {
    this.switches = sentinelSwitches.parse({ ...this.switches, ...changes });
  }

  reset(): void {
    this.sessions = [];
    this.customers = [];
    this.journal.clear();
    this.faults.clear();
    this.clock.reset();
  }

  addSession(
    contact: { email: string | null; phone: string | null },
    documents: readonly SentinelDocument[],
  ): PortalSession {
    const session: PortalSession = {
      id: randomBytes(8).toString('hex'),
      // Two leading bytes that always give `+/` in base64, so that re-encoding the link would be noticed (5.2).
      token: Buffer.concat([Buffer.from([0xfb, 0xf0]), randomBytes(23)]).toString('base64'),
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
    const now = this.clock.now();
    const customer: Customer = {
      id: ++this.#lastId,
      uuid: randomUUID(),
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
    };
    this.customers.push(customer);
    return customer;
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

  code(customer: Customer): number {
    return typeof customer.status === 'number' ? customer.status : this.switches.statusCodes[customer.status];
  }

  isExpired(session: PortalSession): boolean {
    const age = this.clock.now().getTime() - session.createdAt.getTime();
    return age > this.switches.linkLifetimeSeconds * 1000;
  }
}

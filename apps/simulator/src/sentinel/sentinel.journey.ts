import { z } from 'zod';

import { magicWord, type MagicWord } from '../kit/magic.js';
import { type InventedPerson } from '../kit/people.js';
import { type TwinServices } from '../kit/twin.js';
import { type WebhookWriter } from '../kit/webhook-sender.js';
import {
  SENTINEL_DOCUMENTS,
  type SentinelDocument,
  type SentinelStatus,
  type SentinelSwitches,
} from './sentinel.settings.js';
import {
  type Customer,
  type DocumentRecord,
  type PortalSession,
  SENTINEL_REASONS,
  type SentinelAccount,
  type SentinelReason,
} from './sentinel.state.js';
import { expiredDocuments, SNAKE_CASE } from './sentinel.views.js';

export const SENTINEL_OUTCOMES = [
  'approve',
  'reject',
  'conflict',
  'duplicate',
  'draft',
  'pending',
  'walk-away',
] as const;
export type SentinelOutcome = (typeof SENTINEL_OUTCOMES)[number];

/** How a journey ends: the control API's `finish` body, and what the portal's form comes down to. */
export const sentinelFinish = z.strictObject({
  outcome: z.enum(SENTINEL_OUTCOMES),
  reason: z.enum(SENTINEL_REASONS).optional(),
  email: z.email().optional(),
  phone: z.string().min(6).optional(),
  document: z.enum(SENTINEL_DOCUMENTS).optional(),
  /** `YYYY-MM-DD`. */
  documentExpiry: z.iso.date().optional(),
});
export type SentinelFinish = z.infer<typeof sentinelFinish>;

const STATUS_OF: Readonly<Record<Exclude<SentinelOutcome, 'walk-away'>, SentinelStatus>> = {
  approve: 'accepted',
  reject: 'rejected',
  conflict: 'conflict',
  duplicate: 'duplicate',
  draft: 'draft',
  pending: 'pending',
};

const DAY_MS = 86_400_000;

/** Everything that changes a customer, and the webhooks that follow from it (providers/sentinel.md 6, 7). */
export class SentinelJourney {
  readonly #services: TwinServices;

  constructor(services: TwinServices) {
    this.#services = services;
  }

  /** Lets a magic person finish shortly after the link is made; others wait for a human. */
  startMagic(account: SentinelAccount, session: PortalSession): void {
    const known = account.lookUp(session.email, session.phone);
    const finish = magicFinish(magicWord(session), known);
    if (finish === null) return;
    this.#services.timers.after(account.switches.autoDelayMs ?? this.#services.autoDelayMs, () => {
      if (session.state === 'open' && account.sessions.includes(session))
        this.finish(account, session, finish);
    });
  }

  /** The record is made, or found again, only now; Pending first, then the outcome. */
  finish(account: SentinelAccount, session: PortalSession, finish: SentinelFinish): Customer | null {
    if (finish.outcome === 'walk-away') {
      session.state = 'walked-away';
      return null;
    }
    session.email = finish.email ?? session.email;
    session.phone = finish.phone ?? session.phone;
    const known = account.customer(session.customerUuid) ?? account.lookUp(session.email, session.phone);
    const customer = known ?? account.addCustomer({ email: session.email, phone: session.phone });
    customer.email = session.email ?? customer.email;
    customer.phone = session.phone ?? customer.phone;
    session.state = 'finished';
    session.customerUuid = customer.uuid;
    const { status, reason } = {
      status: STATUS_OF[finish.outcome],
      reason: finish.reason ?? defaultReason(finish.outcome),
    };
    submit(account, customer, session, finish, reason);

    if (known === undefined && account.switches.customerCreatedEvent) {
      this.#notify(account, customer, 'customer_created');
    }
    if (account.switches.pendingFirst || status === 'pending')
      this.#enter(account, customer, 'pending', null);
    if (status === 'pending') return customer;
    const submittedAt = customer.updatedAt;
    const decide = (): void => {
      const untouched = customer.updatedAt === submittedAt && account.customers.includes(customer);
      if (untouched) this.#enter(account, customer, status, reason);
    };
    if (account.switches.decisionDelayMs === 0) decide();
    else this.#services.timers.after(account.switches.decisionDelayMs, decide);
    return customer;
  }

  /** What an admin does in the dashboard; also reaches the webhook (providers/sentinel.md 9). */
  setStatus(
    account: SentinelAccount,
    customer: Customer,
    status: SentinelStatus | number,
    reason: SentinelReason | null,
  ): void {
    this.#enter(account, customer, status, reason);
  }

  /** Sends the customer's last webhook again, byte for byte; false when there is none. */
  resendLatest(account: SentinelAccount, customer: Customer): boolean {
    if (customer.latestWebhook === null) return false;
    this.#services.webhooks.send(account, customer.uuid, customer.latestWebhook);
    return true;
  }

  warn(account: SentinelAccount, customer: Customer, documents: readonly SentinelDocument[]): void {
    this.#notify(account, customer, 'expiry_warning', documents);
  }

  /** The vendor's scheduled job: warnings first, then Accepted to Draft for expired documents that are watched. */
  runExpiryJob(account: SentinelAccount): void {
    const { expiryWarningFor, expiryWarningDays, rekycOnExpiry } = account.switches;
    const now = account.clock.now();
    const today = now.toISOString().slice(0, 10);
    const horizon = new Date(now.getTime() + expiryWarningDays * DAY_MS).toISOString().slice(0, 10);
    for (const customer of account.customers) {
      const due = expiryWarningFor.filter((name) => {
        const document = customer.documents[name];
        return (
          document?.warned === false && document.dateOfExpiry >= today && document.dateOfExpiry <= horizon
        );
      });
      for (const name of due) {
        const document = customer.documents[name];
        if (document !== undefined) document.warned = true;
      }
      if (due.length > 0) this.warn(account, customer, due);
      const expired = expiredDocuments(account, customer).some((name) => rekycOnExpiry.includes(name));
      if (expired && customer.status === 'accepted')
        this.#enter(account, customer, 'draft', 'document_expired');
    }
  }

  #enter(
    account: SentinelAccount,
    customer: Customer,
    status: SentinelStatus | number,
    reason: SentinelReason | null,
  ): void {
    customer.status = status;
    customer.draftReason = status === 'draft' ? (reason ?? 'other') : null;
    // Two changes never share a time, as they would not at a vendor that takes a moment over each.
    customer.updatedAt = new Date(Math.max(account.clock.now().getTime(), customer.updatedAt.getTime() + 1));
    account.publish(customer);
    this.#notify(account, customer, account.switches.defaultEvent);
  }

  #notify(
    account: SentinelAccount,
    customer: Customer,
    event: string,
    warnedAbout: readonly SentinelDocument[] = [],
  ): void {
    const { callbackUrl, callbackPassphrase } = account;
    if (callbackUrl === null || callbackPassphrase === null) return;
    const body = {
      id: customer.id,
      uuid: customer.uuid,
      email: customer.email,
      phone: customer.phone,
      newStatus: account.code(customer),
      updatedAt: customer.updatedAt.toISOString(),
      event,
      expiryWarningFor: warnedAbout.map((name) => SNAKE_CASE[name]),
    };
    customer.latestWebhook = webhookWriter(
      callbackUrl,
      body,
      callbackPassphrase,
      account.switches.webhookPassphrase,
    );
    this.#services.webhooks.send(account, customer.uuid, customer.latestWebhook);
  }
}

/** The passphrase in the body is the only proof of the sender (providers/sentinel.md 7). */
function webhookWriter(
  url: string,
  body: Readonly<Record<string, unknown>>,
  passphrase: string,
  usual: SentinelSwitches['webhookPassphrase'],
): WebhookWriter {
  const proofs = {
    correct: { passphrase },
    wrong: { passphrase: `${passphrase}-not` },
    missing: {},
  };
  const proofOf = { usual, pretty: usual, unsigned: 'missing', 'wrong-signature': 'wrong' } as const;
  return (form) => ({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...body, ...proofs[proofOf[form]] }, null, form === 'pretty' ? 2 : undefined),
  });
}

function magicFinish(word: MagicWord | null, known: Customer | undefined): SentinelFinish | null {
  switch (word) {
    case 'approve':
      return { outcome: 'approve' };
    case 'reject':
      return { outcome: 'reject', reason: 'face_mismatch' };
    case 'review':
      return { outcome: 'conflict' };
    case 'duplicate':
      return { outcome: 'duplicate' };
    case 'draft':
      return known === undefined
        ? { outcome: 'draft', reason: 'document_unreadable' }
        : { outcome: 'approve' };
    default:
      return null;
  }
}

function defaultReason(outcome: SentinelOutcome): SentinelReason | null {
  return outcome === 'reject' || outcome === 'draft' ? 'other' : null;
}

/** Writes what was captured in this journey over the record: each attempt has its own checks and its own document. */
function submit(
  account: SentinelAccount,
  customer: Customer,
  session: PortalSession,
  finish: SentinelFinish,
  reason: SentinelReason | null,
): void {
  const shown = session.documents.find((name) => name !== 'egyptNationalId') ?? 'passport';
  customer.isLive = reason !== 'liveness_failed';
  customer.isLiveScore = customer.isLive ? 97.1 : 12.4;
  customer.documents[finish.document ?? shown] = {
    ...issueDates(account, finish, reason),
    number: documentNumber(finish.document ?? shown, customer.person),
    idMatch: reason !== 'face_mismatch',
    idScore: reason === 'face_mismatch' ? 21.7 : 94.4,
    idClassificationPassed: reason !== 'document_unreadable',
    warned: false,
  };
}

function issueDates(
  account: SentinelAccount,
  finish: SentinelFinish,
  reason: SentinelReason | null,
): Pick<DocumentRecord, 'dateOfIssue' | 'dateOfExpiry'> {
  const year = account.clock.now().getUTCFullYear();
  const expired = reason === 'document_expired';
  return {
    dateOfIssue: `${expired ? year - 11 : year - 2}-02-01`,
    dateOfExpiry: finish.documentExpiry ?? `${expired ? year - 1 : year + 8}-01-31`,
  };
}

function documentNumber(name: SentinelDocument, person: InventedPerson): string {
  switch (name) {
    case 'passport':
      return `N${person.number}`;
    case 'emiratesId':
      return `784-${person.dateOfBirth.slice(0, 4)}-${person.number}-1`;
    case 'egyptNationalId':
      return `2${person.dateOfBirth.replaceAll('-', '').slice(2)}${person.number}`;
  }
}

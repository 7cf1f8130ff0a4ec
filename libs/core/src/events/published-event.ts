import { type LedgerKind } from '../ledger/ledger-kind.js';
import { type Environment } from '../tenancy/tenant-scope.js';

/** What callers are told of, and by which name: whatever a verification's first entry is, it is `created` to them. */
const PUBLISHED = {
  'verification.created': 'verification.created',
  'verification.imported': 'verification.created',
  'verification.status_changed': 'verification.status_changed',
  'verification.delivery_updated': 'verification.delivery_updated',
  'verification.document_expiring': 'verification.document_expiring',
  'verification.erased': 'verification.erased',
  'endpoint.disabled': 'endpoint.disabled',
  'routing.rolled_back': 'routing.rolled_back',
} as const satisfies Partial<Record<LedgerKind, string>>;

/** What only the endpoint hears of that it is about. */
const TOLD = { ...PUBLISHED, 'endpoint.tested': 'endpoint.test' } as const satisfies Partial<
  Record<LedgerKind, string>
>;

type PublishedKind = keyof typeof PUBLISHED;
// `Object.keys` does not know that there are no others.
const PUBLISHED_KINDS = Object.keys(PUBLISHED) as readonly PublishedKind[];

export type EventType = (typeof PUBLISHED)[keyof typeof PUBLISHED];

export const EVENT_TYPES: readonly EventType[] = [...new Set(Object.values(PUBLISHED))];

/** What an entry of the ledger is called where it is published; null where it is not. */
export function eventTypeOf(kind: LedgerKind): EventType | null {
  const types: Partial<Record<LedgerKind, EventType>> = PUBLISHED;
  return types[kind] ?? null;
}

/** The ledger's kinds behind some types; without types, all that are published. */
export function kindsOf(types: readonly EventType[]): readonly PublishedKind[] {
  return PUBLISHED_KINDS.filter((kind) => types.length === 0 || types.includes(PUBLISHED[kind]));
}

export interface PublishedEntry {
  readonly id: string;
  readonly kind: keyof typeof TOLD;
  readonly environment: Environment;
  readonly verificationId: string | null;
  readonly version: number | null;
  /** The verification's present provider, where the entry is about one. */
  readonly provider: string | null;
  readonly data: Readonly<Record<string, unknown>>;
  readonly at: Date;
}

/** What happened, as callers are told: ids and statuses, nobody's data. Ids are ours. */
export interface PublishedEvent {
  readonly id: string;
  readonly type: EventType | (typeof TOLD)['endpoint.tested'];
  readonly at: Date;
  readonly environment: Environment;
  readonly verification: {
    readonly id: string;
    readonly version: number | null;
    readonly status: unknown;
    readonly reasonCodes: unknown;
    readonly attempt: unknown;
    readonly provider: string | null;
    readonly delivery: unknown;
  } | null;
  /** Of a policy that rolled itself back; `backTo` is null where there was nothing to go back to. */
  readonly routing: {
    readonly policyVersion: unknown;
    readonly backTo: unknown;
    readonly breach: unknown;
    readonly is: unknown;
    readonly limit: unknown;
    readonly sample: unknown;
  } | null;
  /** Of an endpoint that was disabled or tested. */
  readonly endpoint: {
    readonly id: unknown;
    /** `asked`, `gone` (it answered 410) or `failing` (since then, all the time); null of a test. */
    readonly reason: unknown;
    readonly failingSince: unknown;
  } | null;
}

export function publishedEvent(entry: PublishedEntry): PublishedEvent {
  const { data, verificationId } = entry;
  return {
    id: entry.id,
    type: TOLD[entry.kind],
    at: entry.at,
    environment: entry.environment,
    verification:
      verificationId === null
        ? null
        : {
            id: verificationId,
            version: entry.version,
            status: data['to'] ?? null,
            reasonCodes: data['reasonCodes'] ?? [],
            attempt: data['attempt'] ?? 1,
            // What began at another provider was begun there; nothing else is told before the first has answered.
            provider: typeof data['provider'] === 'string' ? data['provider'] : entry.provider,
            delivery: data['delivery'] ?? null,
          },
    routing:
      entry.kind === 'routing.rolled_back'
        ? {
            policyVersion: data['policyVersion'],
            backTo: data['backTo'] ?? null,
            breach: data['of'],
            is: data['is'],
            limit: data['limit'],
            sample: data['sample'],
          }
        : null,
    endpoint:
      entry.kind === 'endpoint.disabled' || entry.kind === 'endpoint.tested'
        ? {
            id: data['endpointId'],
            reason: data['reason'] ?? null,
            failingSince: data['failingSince'] ?? null,
          }
        : null,
  };
}

import { type Check, type DocumentType, type ProviderFault } from '@gatehouse/contract';

import { type RoutingPolicy, type RuleCondition } from './policy.js';

/** What of a request a policy may look at. */
export interface RoutedRequest {
  /** Of the subject's address. */
  readonly country: string | null;
  readonly checks: readonly Check[];
  readonly documentTypes: readonly DocumentType[];
  readonly reuse: 'never' | 'allow';
  readonly metadata: Readonly<Record<string, string>>;
  /** The provider that the caller names, where the policy lets it. */
  readonly choice: string | null;
  /** Where the person stands among all people, in [0, 100): the same at each request about them. */
  readonly place: number;
}

/** Why a candidate could not serve a request. */
export type Obstacle = 'not_connected' | 'unsupported' | 'unhealthy';

export interface Skipped {
  readonly provider: string;
  readonly why: Obstacle;
}

export type RoutingReason = 'default' | 'rule' | 'fallback' | 'caller_choice';

/** A provider that was asked to begin and failed without an effect on the person. */
export interface FailedAttempt {
  readonly provider: string;
  readonly fault: ProviderFault;
  /** RFC 3339. */
  readonly at: string;
}

/** What is kept of a decision with its verification, besides the version and the reason. */
export interface RoutingRecord {
  readonly rule: number | null;
  readonly skipped: readonly Skipped[];
  /** In the order they were asked; the provider that was asked last is the verification's. */
  readonly attempts: readonly FailedAttempt[];
}

/** What a policy makes of a request. */
export interface RoutingDecision {
  readonly policyVersion: number;
  /** Null: nobody can serve it. */
  readonly provider: string | null;
  readonly reason: RoutingReason;
  /** Which rule matched, from 0 on; null: none, or the caller chose. */
  readonly rule: number | null;
  /** Whom the policy names before the provider, and why it is not them. */
  readonly skipped: readonly Skipped[];
  /** Who may be asked next, should the provider fail with no effect on the person. All of them can serve the request. */
  readonly others: readonly string[];
}

/**
 * Where a request goes: a function of its arguments and of nothing else, so that what was decided can be decided again.
 * `obstacleOf` says what speaks against a candidate now; null: nothing.
 */
export function decide(
  { version, policy }: { readonly version: number; readonly policy: RoutingPolicy },
  request: RoutedRequest,
  obstacleOf: (provider: string) => Obstacle | null,
): RoutingDecision {
  const rule = request.choice === null ? matchingRule(policy, request) : null;
  const first = request.choice ?? (rule === null ? policy.provider : rule.provider);
  // Whoever asks for one provider by name is not given another.
  const candidates = request.choice === null ? [...new Set([first, ...policy.fallback])] : [first];
  const obstacles = candidates.map((provider) => ({ provider, why: obstacleOf(provider) }));
  const able = obstacles.filter(({ why }) => why === null).map(({ provider }) => provider);
  const [provider = null, ...others] = able;
  const before = provider === null ? obstacles : obstacles.slice(0, candidates.indexOf(provider));
  return {
    policyVersion: version,
    provider,
    reason: reasonOf(request, rule !== null, provider === null || provider === first),
    rule: rule === null ? null : rule.index,
    skipped: before.flatMap(({ provider: name, why }) => (why === null ? [] : [{ provider: name, why }])),
    others,
  };
}

function reasonOf(request: RoutedRequest, isByRule: boolean, isFirst: boolean): RoutingReason {
  if (request.choice !== null) return 'caller_choice';
  if (!isFirst) return 'fallback';
  return isByRule ? 'rule' : 'default';
}

function matchingRule(
  policy: RoutingPolicy,
  request: RoutedRequest,
): { readonly index: number; readonly provider: string } | null {
  const index = policy.rules.findIndex(({ when }) => holds(when, request));
  const rule = policy.rules[index];
  return rule === undefined ? null : { index, provider: rule.provider };
}

function holds(when: RuleCondition, request: RoutedRequest): boolean {
  const { country, checks, documentTypes, reuse, metadata, percent } = when;
  return (
    (country === undefined || (request.country !== null && country.includes(request.country))) &&
    (checks === undefined || checks.some((check) => request.checks.includes(check))) &&
    (documentTypes === undefined || documentTypes.some((type) => request.documentTypes.includes(type))) &&
    (reuse === undefined || reuse === request.reuse) &&
    (metadata === undefined ||
      Object.entries(metadata).every(
        ([name, value]) => Object.hasOwn(request.metadata, name) && request.metadata[name] === value,
      )) &&
    (percent === undefined || request.place < percent)
  );
}

/** Where a person stands among all people, in [0, 100), by a hash that is the same at each request about them. */
export function placeOf(hash: Buffer): number {
  return (hash.readUInt32BE(0) / 2 ** 32) * 100;
}

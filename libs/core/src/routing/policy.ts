import { type Check, type DocumentType } from '@gatehouse/contract';

/**
 * Which requests a rule is about: all members that are there have to hold. Within a list, one of its values is enough
 * (one of the checks asked for, one of the documents).
 */
export interface RuleCondition {
  /** Of the subject's address, ISO 3166-1 alpha-2. A request that does not say it matches no list. */
  readonly country?: readonly string[];
  readonly checks?: readonly Check[];
  readonly documentTypes?: readonly DocumentType[];
  readonly reuse?: 'never' | 'allow';
  /** Each of these texts is in the request's metadata as it stands here. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Share of the people, from 0 to 100: who is in it stays in it, also when it grows. */
  readonly percent?: number;
}

export interface RoutingRule {
  readonly when: RuleCondition;
  readonly provider: string;
}

/** What a policy has to achieve, or the one before it comes back by itself. Shares from 0 to 1. */
export interface Guardrail {
  /** Verified, of those verified or rejected: at least. */
  readonly passRate: number | null;
  /** Ended in `error`, of all: at most. */
  readonly errorRate: number | null;
  /** Nothing is concluded from fewer: decided ones for the pass rate, all for the error rate. */
  readonly minimumSample: number;
}

/** Which provider a tenant's new verifications go to (API.md 7). */
export interface RoutingPolicy {
  /** Where requests go that no rule is about. */
  readonly provider: string;
  /** The first that matches wins. */
  readonly rules: readonly RoutingRule[];
  /** Who is asked, in this order, where the chosen provider cannot serve a request. */
  readonly fallback: readonly string[];
  /** Whether a caller may name another connected provider in its request. */
  readonly callerMayChoose: boolean;
  /** From when on it holds, as RFC 3339 has it; null: at once. */
  readonly effectiveAt: string | null;
  readonly guardrail: Guardrail | null;
  readonly note: string | null;
}

/** Each provider that a policy can send somebody to, once. */
export function providersOf(policy: RoutingPolicy): readonly string[] {
  return [...new Set([policy.provider, ...policy.rules.map(({ provider }) => provider), ...policy.fallback])];
}

/** A policy as it was stored; versions from before there were rules have none. */
export function storedPolicy(
  stored: Pick<RoutingPolicy, 'provider' | 'callerMayChoose' | 'note'> & Partial<RoutingPolicy>,
): RoutingPolicy {
  return { rules: [], fallback: [], effectiveAt: null, guardrail: null, ...stored };
}

import { type PolicyVersion, type RoutingPolicy, type RoutingRule } from '@gatehouse/core';

import { toPublicActor } from '../../http/public-actor.js';
import { type Plain } from '../../http/plain.js';
import { type RoutingPolicyBody, type RuleConditionBody } from './routing.dto.js';
import { type PolicyVersionView, type RoutingPolicyView } from './routing.view.js';

export function toRoutingPolicy(body: RoutingPolicyBody): RoutingPolicy {
  return {
    provider: body.provider,
    rules: (body.rules ?? []).map(({ when, provider }) => ({ when: toCondition(when), provider })),
    fallback: [...new Set(body.fallback ?? [])],
    callerMayChoose: body.callerMayChoose ?? false,
    effectiveAt: body.effectiveAt == null ? null : new Date(body.effectiveAt).toISOString(),
    guardrail:
      body.guardrail == null
        ? null
        : {
            passRate: body.guardrail.passRate ?? null,
            errorRate: body.guardrail.errorRate ?? null,
            minimumSample: body.guardrail.minimumSample,
          },
    note: body.note ?? null,
  };
}

/** A member that is null is as good as absent. */
function toCondition(body: RuleConditionBody): RoutingRule['when'] {
  const { country, checks, documentTypes, reuse, metadata, percent } = body;
  return {
    ...(country != null && { country }),
    ...(checks != null && { checks }),
    ...(documentTypes != null && { documentTypes }),
    ...(reuse != null && { reuse }),
    ...(metadata != null && { metadata }),
    ...(percent != null && { percent }),
  };
}

export function toRoutingPolicyView(policy: RoutingPolicy): Plain<RoutingPolicyView> {
  return {
    provider: policy.provider,
    rules: policy.rules.map(({ when, provider }) => ({ when: toConditionView(when), provider })),
    fallback: [...policy.fallback],
    callerMayChoose: policy.callerMayChoose,
    effectiveAt: policy.effectiveAt,
    guardrail: policy.guardrail === null ? null : { ...policy.guardrail },
    note: policy.note,
  };
}

function toConditionView(when: RoutingRule['when']): Plain<RuleConditionBody> {
  const { country, checks, documentTypes, metadata, ...others } = when;
  return {
    ...others,
    ...(country !== undefined && { country: [...country] }),
    ...(checks !== undefined && { checks: [...checks] }),
    ...(documentTypes !== undefined && { documentTypes: [...documentTypes] }),
    ...(metadata !== undefined && { metadata: { ...metadata } }),
  };
}

/** `inForce`: the version that is in force now. */
export function toPolicyVersionView(
  version: PolicyVersion,
  inForce: number | null,
  now: Date,
): Plain<PolicyVersionView> {
  return {
    object: 'routing_policy_version',
    version: version.version,
    state: stateOf(version, inForce, now),
    policy: toRoutingPolicyView(version.policy),
    author: toPublicActor(version.author),
    note: version.note,
    at: version.at.toISOString(),
    decidedBy: version.decidedBy === null ? null : toPublicActor(version.decidedBy),
    decidedAt: version.decidedAt?.toISOString() ?? null,
    proposedUntil: version.proposedUntil?.toISOString() ?? null,
  };
}

function stateOf(version: PolicyVersion, inForce: number | null, now: Date): string {
  switch (version.state) {
    case 'rejected':
      return 'rejected';
    case 'proposed':
      return version.proposedUntil !== null && version.proposedUntil <= now ? 'expired' : 'proposed';
    case 'accepted':
      if (version.version === inForce) return 'in_force';
      return version.version > (inForce ?? 0) ? 'scheduled' : 'superseded';
  }
}

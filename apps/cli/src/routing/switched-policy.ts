import { type Schemas } from '@gatehouse/sdk';

export type PolicyBody = Schemas['RoutingPolicyBody'];

export interface Switch {
  readonly provider: string;
  /** Of the people; null: all whom no other rule is about. */
  readonly percent: number | null;
  readonly note: string | null;
}

/**
 * The policy that a switch makes of the one in force. Rules about who a person is stay; shares of the people are what a switch
 * is about: a new share takes the place of the earlier ones, and a switch of everybody ends them.
 */
export function switchedPolicy(policy: PolicyBody | null, { provider, percent, note }: Switch): PolicyBody {
  const lasting = (policy?.rules ?? []).filter(({ when }) => !isShare(when));
  const share = percent === null || percent === 0 ? [] : [{ when: { percent }, provider }];
  return {
    ...policy,
    provider: percent === null || policy === null ? provider : policy.provider,
    rules: [...lasting, ...share],
    // The one in force had its own time and its own reason.
    effectiveAt: null,
    note,
  };
}

/** A rule about a share of the people and nothing else. */
function isShare(when: Schemas['RuleConditionBody']): boolean {
  return (
    when.percent != null && Object.entries(when).every(([name, value]) => name === 'percent' || value == null)
  );
}

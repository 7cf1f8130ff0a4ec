import { type Check, CHECKS, DOCUMENT_TYPES, type DocumentType } from '@gatehouse/contract';
import { type Environment, ENVIRONMENTS } from '@gatehouse/core';

import { type BodyExamples } from '../../http/body.js';
import {
  CountryCodes,
  Flag,
  Nested,
  NestedList,
  OneOf,
  Percentage,
  ProviderName,
  ProviderNames,
  SetOf,
  Share,
  Text,
  TextPairs,
  Timestamp,
  Whole,
} from '../../http/members.js';
import { PageQuery } from '../../http/paging.js';

export class RuleConditionBody {
  @CountryCodes({
    items: 250,
    example: ['US'],
    description: 'Of the subject’s address: one of these.',
  })
  country?: string[] | null;

  @SetOf(CHECKS, { min: 1, example: ['ssn'], description: 'At least one of these is asked for.' })
  checks?: Check[] | null;

  @SetOf(DOCUMENT_TYPES, { min: 1, description: 'At least one of these is asked for.' })
  documentTypes?: DocumentType[] | null;

  @OneOf(['never', 'allow'])
  reuse?: 'never' | 'allow' | null;

  @TextPairs({
    pairs: 20,
    name: 40,
    value: 500,
    example: { plan: 'gold' },
    description: 'All of these stand so in the request’s metadata.',
  })
  metadata?: Record<string, string> | null;

  @Percentage({
    example: 10,
    description:
      'Share of the people, from 0 to 100. Nobody leaves it when it grows or when they come again.',
  })
  percent?: number | null;
}

export class RoutingRuleBody {
  @Nested(() => RuleConditionBody, {
    required: true,
    description: 'All members that are there have to hold; none: every request.',
  })
  when!: RuleConditionBody;

  @ProviderName({ required: true, example: 'sardine' })
  provider!: string;
}

export class GuardrailBody {
  @Share({ example: 0.8, description: 'Verified, of those verified or rejected: at least this share.' })
  passRate?: number | null;

  @Share({ example: 0.05, description: 'Ended in `error`, of all: at most this share.' })
  errorRate?: number | null;

  @Whole({ min: 1, max: 1000, required: true, example: 50, description: 'Nothing is concluded from fewer.' })
  minimumSample!: number;
}

export class RoutingPolicyBody {
  @ProviderName({
    required: true,
    example: 'sentinel',
    description:
      'Where new verifications go that no rule is about. Those under way stay where they are. A provider that no policy used before has to pass its check.',
  })
  provider!: string;

  @NestedList(() => RoutingRuleBody, { items: 100, description: 'The first that matches wins.' })
  rules?: RoutingRuleBody[] | null;

  @ProviderNames({
    items: 10,
    example: ['dentity'],
    description:
      'Who is asked next, in this order, where a provider is away, cannot do what was asked, or fails with no effect on the person.',
  })
  fallback?: string[] | null;

  @Flag({
    default: false,
    description:
      'Whether a caller may name another connected provider in its request; it is then given no other.',
  })
  callerMayChoose?: boolean | null;

  @Timestamp({ description: 'From when on it holds; absent: at once.' })
  effectiveAt?: string | null;

  @Nested(() => GuardrailBody, {
    description:
      'What the policy has to achieve, of its newest 1,000 verifications; else the version before it is put in force again by itself, with an entry in the ledger.',
  })
  guardrail?: GuardrailBody | null;

  @Text({ max: 500, example: 'Cheaper in this region', description: 'Why; kept with the version.' })
  note?: string | null;
}

export class RollBackBody {
  @Whole({ min: 1, max: 999_999_999, required: true, example: 3, description: 'The version to go back to.' })
  version!: number;

  @Text({ max: 500, example: 'Too many retries at the new one' })
  note?: string | null;
}

export class PreviewBody {
  @Nested(() => RoutingPolicyBody, { required: true, description: 'The policy to try.' })
  policy!: RoutingPolicyBody;

  @Whole({ min: 1, max: 90, default: 7, description: 'How far back to look.' })
  days?: number | null;
}

export class PolicyVersionsQuery extends PageQuery {
  @OneOf(ENVIRONMENTS, { required: true, description: 'Which of the tenant’s two worlds.' })
  environment!: Environment;
}

const RULES_EXAMPLE: BodyExamples<RoutingPolicyBody>[string] = {
  provider: 'sentinel',
  rules: [
    { when: { country: ['US'], checks: ['ssn'] }, provider: 'sardine' },
    { when: { percent: 10 }, provider: 'dentity' },
  ],
  fallback: ['sardine'],
  guardrail: { passRate: 0.8, minimumSample: 50 },
  note: 'Cheaper in this region',
};

export const POLICY_EXAMPLES: BodyExamples<RoutingPolicyBody> = {
  switch: { provider: 'dentity', note: 'From today on' },
  rules: RULES_EXAMPLE,
};

export const PREVIEW_EXAMPLES: BodyExamples<PreviewBody> = { fortnight: { policy: RULES_EXAMPLE, days: 14 } };

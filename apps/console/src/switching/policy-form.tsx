import { Checkbox, Fieldset, Stack, Textarea } from '@mantine/core';
import { type ReactElement } from 'react';

import { FallbackFields } from './fallback-fields.js';
import { type FaultAt } from './field-faults.js';
import { GuardrailFields } from './guardrail-fields.js';
import { type Place, type Policy } from './policy.js';
import { ProviderSelect } from './provider-select.js';
import { RulesFields } from './rules-fields.js';
import { WhenFields } from './when-fields.js';

/** A policy as fields. */
export function PolicyForm({
  place,
  policy,
  faultAt,
  isDisabled,
  onChange,
}: {
  readonly place: Place;
  readonly policy: Policy;
  readonly faultAt: FaultAt;
  readonly isDisabled: boolean;
  readonly onChange: (policy: Policy) => void;
}): ReactElement {
  return (
    <Fieldset variant="unstyled" disabled={isDisabled} aria-label="The policy">
      <Stack gap="lg">
        <ProviderSelect
          place={place}
          label="Default provider"
          description="Where new verifications go that no rule is about"
          value={policy.provider}
          onChange={(provider) => {
            onChange({ ...policy, provider });
          }}
          error={faultAt('/provider')}
        />
        <RulesFields
          place={place}
          rules={policy.rules}
          faultAt={faultAt}
          onChange={(rules) => {
            onChange({ ...policy, rules });
          }}
        />
        <FallbackFields
          place={place}
          fallback={policy.fallback}
          faultAt={faultAt}
          onChange={(fallback) => {
            onChange({ ...policy, fallback });
          }}
        />
        <Checkbox
          label="A caller may name another connected provider"
          description="It is then given no other"
          checked={policy.callerMayChoose}
          onChange={({ currentTarget }) => {
            onChange({ ...policy, callerMayChoose: currentTarget.checked });
          }}
        />
        <GuardrailFields
          guardrail={policy.guardrail}
          faultAt={faultAt}
          onChange={(guardrail) => {
            onChange({ ...policy, guardrail });
          }}
        />
        <WhenFields
          effectiveAt={policy.effectiveAt}
          faultAt={faultAt}
          onChange={(effectiveAt) => {
            onChange({ ...policy, effectiveAt });
          }}
        />
        <Textarea
          label="Note"
          description="Why; kept with the version for whoever reads the history"
          autosize
          minRows={1}
          maxLength={500}
          value={policy.note ?? ''}
          onChange={({ currentTarget }) => {
            onChange({ ...policy, note: currentTarget.value === '' ? null : currentTarget.value });
          }}
          error={faultAt('/note')}
        />
      </Stack>
    </Fieldset>
  );
}

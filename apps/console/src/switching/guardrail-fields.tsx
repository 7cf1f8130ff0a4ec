import { Checkbox, SimpleGrid, Stack } from '@mantine/core';
import { type ReactElement } from 'react';

import { type FaultAt } from './field-faults.js';
import { FigureInput } from './figure-input.js';
import { type Guardrail } from './policy.js';
import { percentOf } from './policy-words.js';

const FIRST: Guardrail = { passRate: 0.8, errorRate: null, minimumSample: 50 };

/** What the policy has to achieve. The API has shares, people have percentages. */
export function GuardrailFields({
  guardrail,
  faultAt,
  onChange,
}: {
  readonly guardrail: Guardrail | null;
  readonly faultAt: FaultAt;
  readonly onChange: (guardrail: Guardrail | null) => void;
}): ReactElement {
  const share = (value: number | null): number | null =>
    value === null ? null : Number((value / 100).toFixed(8));
  const percentage = (value: number | null | undefined): number | null =>
    value == null ? null : percentOf(value);
  return (
    <Stack gap="xs">
      <Checkbox
        label="Go back by itself where it does badly"
        description="The version before it is put in force again, with an entry in the audit log"
        checked={guardrail !== null}
        onChange={({ currentTarget }) => {
          onChange(currentTarget.checked ? FIRST : null);
        }}
      />
      {guardrail !== null && (
        <SimpleGrid cols={{ base: 1, xs: 3 }} spacing="sm">
          <FigureInput
            label="At least, in %, pass"
            min={0}
            max={100}
            value={percentage(guardrail.passRate)}
            onChange={(value) => {
              onChange({ ...guardrail, passRate: share(value) });
            }}
            error={faultAt('/guardrail/passRate')}
          />
          <FigureInput
            label="At most, in %, fail"
            min={0}
            max={100}
            value={percentage(guardrail.errorRate)}
            onChange={(value) => {
              onChange({ ...guardrail, errorRate: share(value) });
            }}
            error={faultAt('/guardrail/errorRate')}
          />
          <FigureInput
            label="Of this many at least"
            min={1}
            max={1000}
            allowDecimal={false}
            value={guardrail.minimumSample}
            onChange={(value) => {
              onChange({ ...guardrail, minimumSample: value ?? 0 });
            }}
            error={faultAt('/guardrail/minimumSample')}
          />
        </SimpleGrid>
      )}
    </Stack>
  );
}

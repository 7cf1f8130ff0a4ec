import { Input, SegmentedControl, Stack, TextInput } from '@mantine/core';
import { type ReactElement, useId } from 'react';

import { type FaultAt } from './field-faults.js';

const AN_HOUR_MS = 60 * 60_000;

/** At once, or at a time, which is written in the reader's own zone. */
export function WhenFields({
  effectiveAt,
  faultAt,
  onChange,
}: {
  readonly effectiveAt: string | null;
  readonly faultAt: FaultAt;
  readonly onChange: (effectiveAt: string | null) => void;
}): ReactElement {
  const label = useId();
  return (
    <Stack gap="xs">
      <div>
        <Input.Label id={label} component="div">
          When
        </Input.Label>
        <div>
          <SegmentedControl
            aria-labelledby={label}
            data={[
              { value: 'now', label: 'At once' },
              { value: 'later', label: 'At a time' },
            ]}
            value={effectiveAt === null ? 'now' : 'later'}
            onChange={(when) => {
              onChange(when === 'now' ? null : new Date(Date.now() + AN_HOUR_MS).toISOString());
            }}
          />
        </div>
      </div>
      {effectiveAt !== null && (
        <TextInput
          type="datetime-local"
          label="Comes into force"
          description={`In your own time zone, ${Intl.DateTimeFormat().resolvedOptions().timeZone}`}
          value={localOf(effectiveAt)}
          onChange={({ currentTarget }) => {
            const time = new Date(currentTarget.value);
            // The browser gives nothing for a time that is not whole yet.
            if (!Number.isNaN(time.getTime())) onChange(time.toISOString());
          }}
          error={faultAt('/effectiveAt')}
        />
      )}
    </Stack>
  );
}

/** A time as the browser's own field has it: to the minute, without a zone. */
function localOf(at: string): string {
  const time = new Date(at);
  if (Number.isNaN(time.getTime())) return '';
  const two = (part: number): string => String(part).padStart(2, '0');
  const date = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${date}T${two(time.getHours())}:${two(time.getMinutes())}`;
}

import { NativeSelect } from '@mantine/core';
import { type ReactElement } from 'react';

/** Seconds; the API's default is a day and its most are 30. */
const OVERLAPS = [
  { seconds: 0, label: 'Not at all: at once' },
  { seconds: 3_600, label: 'For an hour' },
  { seconds: 86_400, label: 'For a day' },
  { seconds: 604_800, label: 'For a week' },
  { seconds: 2_592_000, label: 'For 30 days' },
] as const;
export const USUAL_OVERLAP = 86_400;

/** For how long what is replaced still counts. */
export function OverlapSelect({
  label,
  description,
  value,
  onChange,
}: {
  readonly label: string;
  readonly description: string;
  readonly value: number;
  readonly onChange: (seconds: number) => void;
}): ReactElement {
  return (
    <NativeSelect
      label={label}
      description={description}
      data={OVERLAPS.map(({ seconds, label: words }) => ({ value: String(seconds), label: words }))}
      value={String(value)}
      onChange={(event) => {
        onChange(Number(event.currentTarget.value));
      }}
    />
  );
}

import { Button, CopyButton, Group, Text, TextInput } from '@mantine/core';
import { type ReactElement, useId } from 'react';

/** A text to take along with one click, or by hand where the browser refuses the clipboard. */
export function CopyField({
  label,
  value,
}: {
  readonly label: string;
  readonly value: string;
}): ReactElement {
  const status = useId();
  return (
    <CopyButton value={value} timeout={3_000}>
      {({ copied, copy }) => (
        <Group align="flex-end" gap="xs" wrap="nowrap">
          <TextInput
            label={label}
            value={value}
            readOnly
            flex={1}
            styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
            onFocus={(event) => {
              event.currentTarget.select();
            }}
          />
          <Button variant="default" onClick={copy} aria-describedby={status} aria-label={`Copy: ${label}`}>
            {copied ? 'Copied' : 'Copy'}
          </Button>
          <Text id={status} role="status" className="visually-hidden">
            {copied ? `${label} copied` : ''}
          </Text>
        </Group>
      )}
    </CopyButton>
  );
}

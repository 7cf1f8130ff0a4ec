import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { type ReactElement, type ReactNode } from 'react';

import { CopyField } from './copy-field.js';

/** A key that is shown this once. */
export function NewKey({
  value,
  onDone,
  children,
}: {
  readonly value: string;
  readonly onDone: () => void;
  /** What to do with it. */
  readonly children: ReactNode;
}): ReactElement {
  return (
    <Alert color="green" variant="outline" title="Copy the key now" role="status">
      <Stack gap="sm">
        <Text size="sm">
          It is shown this once. Gatehouse keeps no more of it than is needed to recognise it.
        </Text>
        <CopyField label="The new key" value={value} />
        <Text size="sm">{children}</Text>
        <Group justify="flex-end">
          <Button onClick={onDone}>I have it</Button>
        </Group>
      </Stack>
    </Alert>
  );
}

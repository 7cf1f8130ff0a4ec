import { List, Stack, Text } from '@mantine/core';
import { type ReactElement } from 'react';

import { type Consequences } from './consequences.js';

/** What will change, and what will not. */
export function ConsequencesList({ consequences }: { readonly consequences: Consequences }): ReactElement {
  return (
    <Stack gap="xs">
      <Text size="sm" fw={600}>
        What will change
      </Text>
      <List size="sm">
        {consequences.changes.map((change) => (
          <List.Item key={change}>{change}</List.Item>
        ))}
      </List>
      <Text size="sm" fw={600}>
        What will not
      </Text>
      <List size="sm">
        {consequences.stays.map((same) => (
          <List.Item key={same}>{same}</List.Item>
        ))}
      </List>
    </Stack>
  );
}

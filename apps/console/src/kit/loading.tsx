import { Group, Loader, Text } from '@mantine/core';
import { type ReactElement } from 'react';

/** Said aloud as well as shown. */
export function Loading({ what = 'the page' }: { readonly what?: string }): ReactElement {
  return (
    <Group gap="sm" role="status" p="md">
      <Loader size="sm" aria-hidden="true" />
      <Text size="sm">Loading {what} …</Text>
    </Group>
  );
}

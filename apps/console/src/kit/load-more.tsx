import { Button, Group, Text } from '@mantine/core';
import { type ReactElement } from 'react';

/** The way to the next page of a list, or a word that there is none. Nothing for a list of one page. */
export function LoadMore({
  pages,
  what,
}: {
  readonly pages: {
    readonly hasNextPage: boolean;
    readonly isFetchingNextPage: boolean;
    readonly fetchNextPage: () => unknown;
    readonly data?: { readonly pages: readonly unknown[] } | undefined;
  };
  /** What the list is of, as in "entries". */
  readonly what: string;
}): ReactElement | null {
  if (!pages.hasNextPage) {
    if ((pages.data?.pages.length ?? 0) < 2) return null;
    return (
      <Text size="sm" c="dimmed" role="status">
        These are all {what}.
      </Text>
    );
  }
  return (
    <Group>
      <Button variant="default" loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
        Load more {what}
      </Button>
    </Group>
  );
}

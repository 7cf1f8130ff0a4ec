import { Box, Group, Stack, Text, Title } from '@mantine/core';
import { type ReactElement, type ReactNode, startTransition, useEffect, useRef, useState } from 'react';

/**
 * A page with its one heading, which is where a screen reader begins after a change of page. The heading is on the screen at once, and the
 * rest of the page, however long it takes to draw, comes after it.
 */
export function Page({
  title,
  lead,
  actions,
  children,
}: {
  readonly title: string;
  readonly lead?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}): ReactElement {
  const heading = useRef<HTMLHeadingElement>(null);
  const [isBegun, setBegun] = useState(false);
  useEffect(() => {
    startTransition(() => {
      setBegun(true);
    });
  }, []);
  useEffect(() => {
    document.title = `${title} · Gatehouse`;
    heading.current?.focus({ preventScroll: true });
  }, [title]);
  return (
    <Stack gap="md">
      <Group justify="space-between" align="flex-start" gap="sm">
        <Box>
          <Title order={1} size="h2" ref={heading} tabIndex={-1} style={{ outline: 'none' }}>
            {title}
          </Title>
          {lead !== undefined && (
            <Text c="dimmed" size="sm" component="div">
              {lead}
            </Text>
          )}
        </Box>
        {actions !== undefined && <Group gap="xs">{actions}</Group>}
      </Group>
      {isBegun && children}
    </Stack>
  );
}

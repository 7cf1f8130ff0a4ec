import { Button, Group } from '@mantine/core';
import { Link, type LinkProps, useMatchRoute } from '@tanstack/react-router';
import { type ReactElement } from 'react';

import { type OperationId } from '../session/session.js';
import { useMay } from '../session/use-session.js';

export interface SubPage {
  readonly to: NonNullable<LinkProps['to']>;
  readonly label: string;
  /** Shown to whoever may call it. */
  readonly needs: OperationId;
}

/** The pages of one part of the console, above each of them. */
export function SubPages({
  label,
  pages,
}: {
  readonly label: string;
  readonly pages: readonly SubPage[];
}): ReactElement {
  const may = useMay();
  const matches = useMatchRoute();
  return (
    <Group component="nav" aria-label={label} gap={4}>
      {pages
        .filter(({ needs }) => may(needs))
        .map(({ to, label: name }) => (
          <Button
            key={to}
            component={Link}
            to={to}
            activeOptions={{ exact: true, includeSearch: false }}
            variant={matches({ to }) === false ? 'default' : 'filled'}
            size="compact-sm"
            fw={500}
          >
            {name}
          </Button>
        ))}
    </Group>
  );
}

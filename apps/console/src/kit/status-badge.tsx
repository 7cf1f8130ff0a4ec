import { Badge } from '@mantine/core';
import { type ReactElement } from 'react';

const COLORS: Readonly<Record<string, string>> = {
  verified: 'green',
  delivered: 'green',
  reached: 'green',
  closed: 'green',
  done: 'green',
  in_force: 'green',
  rejected: 'red',
  revoked: 'red',
  error: 'red',
  failed: 'red',
  failing: 'red',
  disabled: 'orange',
  open: 'red',
  needs_review: 'orange',
  half_open: 'orange',
  proposed: 'orange',
  processing: 'blue',
  requires_input: 'blue',
  pending: 'blue',
  scheduled: 'blue',
  held: 'orange',
  running: 'blue',
};

/** A status in its own word; the colour only says it again. */
export function StatusBadge({ status }: { readonly status: string }): ReactElement {
  return (
    <Badge color={COLORS[status] ?? 'gray'} tt="none" radius="sm" miw="fit-content">
      {status.replaceAll('_', ' ')}
    </Badge>
  );
}

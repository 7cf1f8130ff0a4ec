import { ActionIcon } from '@mantine/core';
import { type ReactElement } from 'react';

/**
 * Moves an entry of a list one place. At the end of the list they stay where the focus is, and do nothing. Their ids are that
 * of the entry with `-up` and `-down`.
 */
export function MoveButtons({
  id,
  labels,
  index,
  count,
  onMove,
}: {
  readonly id: string;
  readonly labels: { readonly up: string; readonly down: string };
  readonly index: number;
  readonly count: number;
  readonly onMove: (to: number) => void;
}): ReactElement {
  const button = (way: 'up' | 'down', to: number): ReactElement => {
    const isEnd = to < 0 || to >= count;
    return (
      <ActionIcon
        id={`${id}-${way}`}
        variant="default"
        size="lg"
        aria-label={labels[way]}
        aria-disabled={isEnd}
        style={isEnd ? { cursor: 'default', borderStyle: 'dashed' } : {}}
        onClick={() => {
          if (!isEnd) onMove(to);
        }}
      >
        {way === 'up' ? '↑' : '↓'}
      </ActionIcon>
    );
  };
  return (
    <>
      {button('up', index - 1)}
      {button('down', index + 1)}
    </>
  );
}

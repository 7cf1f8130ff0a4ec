import { type ReactElement } from 'react';

import { type Fill, type Series } from './palette.js';

const SIZE = 8;

/** Lines of the ground's colour over an area, by how it is filled. */
const LINES: Readonly<Record<Fill, ReactElement | null>> = {
  plain: null,
  diagonal: <path d="M0 8 L8 0 M-2 2 L2 -2 M6 10 L10 6" />,
  counter: <path d="M0 0 L8 8 M-2 6 L2 10 M6 -2 L10 2" />,
  across: <path d="M0 4 H8" />,
  upright: <path d="M4 0 V8" />,
  grid: <path d="M0 4 H8 M4 0 V8" />,
  dots: <circle cx="4" cy="4" r="1.2" />,
  sparse: <path d="M0 2 H8 M0 6 H8" />,
};

/** The fills of a chart, for `fill="url(#…)"`. */
export function Patterns({
  id,
  series,
}: {
  readonly id: string;
  readonly series: readonly Series[];
}): ReactElement {
  return (
    <defs>
      {series.map(({ name, color, fill }) => (
        <pattern
          key={name}
          id={patternId(id, name)}
          width={SIZE}
          height={SIZE}
          patternUnits="userSpaceOnUse"
          data-color={color}
        >
          <rect width={SIZE} height={SIZE} fill={color} />
          <g stroke="var(--mantine-color-body)" fill="var(--mantine-color-body)" strokeWidth="1.4">
            {LINES[fill]}
          </g>
        </pattern>
      ))}
    </defs>
  );
}

export function patternId(id: string, name: string): string {
  return `${id}-${name}`;
}

import { type ReactElement } from 'react';

import { momentInWords } from './moment-in-words.js';

/** A time in the reader's own zone; in UTC, to the millisecond, for whoever points at it. */
export function Moment({ at }: { readonly at: string | null }): ReactElement {
  if (at === null) return <span>–</span>;
  return (
    <time dateTime={at} title={at}>
      {momentInWords(at)}
    </time>
  );
}

import { type ReactElement } from 'react';

import classes from './difference.module.css';
import { lineDifference } from './line-difference.js';

/** A text with its lines marked that the one before it does not have, or no longer has. */
export function JsonDifference({
  label,
  before,
  after,
}: {
  readonly label: string;
  readonly before: string;
  readonly after: string;
}): ReactElement {
  return (
    <div className={classes['json']} role="region" aria-label={label} tabIndex={0}>
      {lineDifference(before, after).map(({ kind, line }, index) => (
        <div key={index} className={classes['line']} data-kind={kind}>
          {kind !== 'kept' && (
            <span className="visually-hidden">{kind === 'added' ? 'New: ' : 'No longer: '}</span>
          )}
          {line}
        </div>
      ))}
    </div>
  );
}

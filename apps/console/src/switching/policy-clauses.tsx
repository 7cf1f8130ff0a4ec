import { Box, Text } from '@mantine/core';
import { type ReactElement } from 'react';

import { type Policy } from './policy.js';
import { type Change, clausesOf, difference } from './policy-words.js';
import classes from './difference.module.css';
import { useProviderTitle } from './use-provider-title.js';

const SAID: Readonly<Record<Change['kind'], string>> = { kept: '', removed: 'No longer:', added: 'New:' };

/** What a policy says, with what it no longer says and what is new in it where there is one before it. */
export function PolicyClauses({
  label,
  before,
  after,
}: {
  readonly label: string;
  /** Left out: nothing is marked. Null: there is none, so that all is new. */
  readonly before?: Policy | null;
  readonly after: Policy;
}): ReactElement {
  const title = useProviderTitle();
  const clauses = clausesOf(after, title);
  const old = before === undefined ? clauses : before === null ? [] : clausesOf(before, title);
  return (
    <Box
      component="ul"
      className={classes['list']}
      data-marked={before !== undefined || undefined}
      aria-label={label}
    >
      {difference(old, clauses).map(({ kind, clause: { who, where } }, index) => (
        <li key={index} className={classes['line']} data-kind={kind}>
          <span className="visually-hidden">{SAID[kind]} </span>
          <Text component="span" size="sm">
            {who}
            {where !== null && (
              <>
                {' '}
                <span aria-hidden="true">→</span>
                <span className="visually-hidden">go to</span> <strong>{where}</strong>
              </>
            )}
          </Text>
        </li>
      ))}
    </Box>
  );
}

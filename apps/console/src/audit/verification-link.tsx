import { Code } from '@mantine/core';
import { type ReactElement } from 'react';

import { TextLink } from '../kit/text-link.js';
import { useMayOnceThere } from './may-once-there.js';

/** A verification by its id, with the way to its page for roles that may see it. */
export function VerificationLink({ id }: { readonly id: string }): ReactElement {
  const may = useMayOnceThere();
  if (!may('getAnyVerification'))
    return <Code style={{ overflowWrap: 'anywhere', whiteSpace: 'normal' }}>{id}</Code>;
  return (
    <TextLink
      to="/verifications/$verificationId"
      params={{ verificationId: id }}
      ff="monospace"
      style={{ overflowWrap: 'anywhere' }}
    >
      {id}
    </TextLink>
  );
}

import { Alert, List } from '@mantine/core';
import { type ReactElement } from 'react';

import { faultsIn, type Refusal } from './field-faults.js';
import { type Policy } from './policy.js';

/** Above the fields that are marked, for whoever does not see all of them: what the server refused, until it is mended. */
export function RefusalNotice({
  refusal,
  policy,
}: {
  readonly refusal: Refusal | null;
  readonly policy: Policy;
}): ReactElement | null {
  const faultAt = faultsIn(refusal, policy);
  const left = (refusal?.errors ?? []).filter(({ pointer }) => faultAt(pointer) !== undefined);
  if (left.length === 0) return null;
  return (
    <Alert color="red" variant="outline" role="alert" title="Gatehouse refused the policy">
      <List size="sm">
        {left.map(({ pointer, detail }) => (
          <List.Item key={pointer + detail}>
            {placeWords(pointer)}: {detail}
          </List.Item>
        ))}
      </List>
    </Alert>
  );
}

function placeWords(pointer: string): string {
  const rule = /^\/rules\/(\d+)/u.exec(pointer)?.[1];
  if (rule !== undefined) return `Rule ${Number(rule) + 1}`;
  return pointer === '/provider' ? 'Default provider' : pointer === '' ? 'The policy' : pointer.slice(1);
}

import { Alert, List, Text } from '@mantine/core';
import { type ReactElement } from 'react';

import { type Schemas } from '../../api/client.js';

/** What a check tried and what came of it; the words are the provider's adapter's own. */
export function Findings({ check }: { readonly check: Schemas['ConnectionCheck'] }): ReactElement {
  return (
    <Alert
      color={check.ok ? 'green' : 'red'}
      variant="outline"
      role="status"
      title={check.ok ? 'The connection works' : 'The connection does not work as it is'}
    >
      <List size="sm" listStyleType="none">
        {check.findings.map(({ ok, what, detail }) => (
          <List.Item key={what + detail}>
            <Text span size="sm" fw={600}>
              <span aria-hidden="true">{ok ? '✓' : '✗'}</span>
              <span className="visually-hidden">{ok ? 'Good:' : 'Wrong:'}</span> {what}
            </Text>
            : {detail}
          </List.Item>
        ))}
      </List>
    </Alert>
  );
}

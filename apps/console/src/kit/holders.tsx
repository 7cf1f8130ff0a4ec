import { Anchor, List } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { type ReactElement } from 'react';

import { type HeldBy } from '../api/problem.js';

/** What has to end before something can go. */
export function Holders({ heldBy }: { readonly heldBy: HeldBy }): ReactElement {
  const { verifications, imports = [], policies = [] } = heldBy;
  const more = verifications === undefined ? 0 : verifications.count - verifications.ids.length;
  return (
    <List size="sm">
      {policies.map(({ version }) => (
        <List.Item key={`policy ${version}`}>
          Version {version} of the routing policy sends people there. Switch first.
        </List.Item>
      ))}
      {imports.map((id) => (
        <List.Item key={id}>The import {id} is running. Wait until it is done.</List.Item>
      ))}
      {verifications?.ids.map((id) => (
        <List.Item key={id}>
          <Anchor
            size="sm"
            underline="always"
            renderRoot={(props) => (
              <Link {...props} to="/verifications/$verificationId" params={{ verificationId: id }} />
            )}
          >
            {id}
          </Anchor>{' '}
          is under way.
        </List.Item>
      ))}
      {more > 0 && <List.Item>{more} more verifications are under way.</List.Item>}
    </List>
  );
}

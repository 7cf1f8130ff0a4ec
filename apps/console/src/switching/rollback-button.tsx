import { Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type ReactElement } from 'react';

import { api, dataOf } from '../api/client.js';
import { refresh } from '../api/live.js';
import { ConfirmButton } from '../kit/confirm-button.js';
import { tell } from '../kit/tell.js';
import { consequencesOf } from './consequences.js';
import { ConsequencesList } from './consequences-list.js';
import { type Place, type PolicyVersion } from './policy.js';
import { PolicyClauses } from './policy-clauses.js';
import { at, routingKey } from './routing-queries.js';
import { tellWritten } from './tell-written.js';
import { momentWords, usePlaceFacts } from './use-place-facts.js';
import { type Versions } from './versions.js';

/** Puts an earlier version in force again, after it has said what that will do and asked. */
export function RollbackButton({
  place,
  versions,
  to,
  label,
  title,
  note,
}: {
  readonly place: Place;
  readonly versions: Versions;
  readonly to: PolicyVersion;
  readonly label: string;
  readonly title: string;
  /** Kept with the new version; left out: the API writes its own. */
  readonly note?: string;
}): ReactElement {
  const queries = useQueryClient();
  const { isTwoPerson } = usePlaceFacts(place);
  const { inForce, scheduled, accepted } = versions;
  const after = { ...to.policy, effectiveAt: null };
  const before = inForce === null ? null : { ...inForce.policy, effectiveAt: null };
  return (
    <ConfirmButton
      size="xs"
      label={label}
      title={title}
      confirmLabel={label}
      onConfirm={async () => {
        try {
          const written = await dataOf(
            api.POST('/admin/v1/tenants/{id}/routing/rollback', {
              params: { ...at(place), header: { 'If-Match': `"${accepted}"` } },
              body: { version: to.version, ...(note !== undefined && { note }) },
            }),
          );
          tell(tellWritten(written));
        } finally {
          await refresh(queries, routingKey(place));
        }
      }}
    >
      <Text size="sm">
        {to.version === inForce?.version
          ? `Version ${to.version} stays in force, as a new version with the same policy.`
          : `The policy of version ${to.version} comes back as a new version.`}
      </Text>
      <PolicyClauses label="What differs from the version in force" before={before} after={after} />
      <ConsequencesList consequences={consequencesOf(after, scheduled, isTwoPerson, momentWords)} />
    </ConfirmButton>
  );
}

import { Alert, Group, Stack, Text } from '@mantine/core';
import { type ReactElement } from 'react';

import { Moment } from '../kit/moment.js';
import { useMay } from '../session/use-session.js';
import { Author } from './author.js';
import { type Place } from './policy.js';
import { PolicyClauses } from './policy-clauses.js';
import { RollbackButton } from './rollback-button.js';
import { usePlaceFacts } from './use-place-facts.js';
import { type Versions } from './versions.js';

/** Switches that are planned, and the way out of them: what is in force now, put in force once more, takes their place. */
export function ScheduledNotice({
  place,
  versions,
}: {
  readonly place: Place;
  readonly versions: Versions;
}): ReactElement | null {
  const may = useMay();
  const { isTwoPerson } = usePlaceFacts(place);
  const { scheduled, inForce } = versions;
  if (scheduled.length === 0) return null;
  return (
    <Alert
      color="blue"
      variant="outline"
      title={scheduled.length === 1 ? 'A switch is planned' : 'Switches are planned'}
    >
      <Stack gap="sm">
        {scheduled.map((version) => (
          <Stack key={version.version} gap={4}>
            <Text size="sm">
              Version {version.version} by <Author actor={version.author} /> comes into force on{' '}
              <Moment at={version.policy.effectiveAt} />
              {version.note === null ? '' : `: “${version.note}”`}.
            </Text>
            <PolicyClauses
              label={`What version ${version.version} changes`}
              before={inForce?.policy ?? null}
              after={{ ...version.policy, effectiveAt: null }}
            />
          </Stack>
        ))}
        {inForce !== null && may('rollBackRoutingPolicy') && (
          <Group>
            <RollbackButton
              place={place}
              versions={versions}
              to={inForce}
              label={isTwoPerson ? 'Propose to cancel' : 'Cancel what is planned'}
              title="Cancel what is planned?"
              note={`Cancels version ${scheduled.map(({ version }) => version).join(', ')}`}
            />
          </Group>
        )}
      </Stack>
    </Alert>
  );
}

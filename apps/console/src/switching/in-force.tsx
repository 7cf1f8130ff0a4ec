import { Group, Paper, Stack, Text, Title } from '@mantine/core';
import { type ReactElement } from 'react';

import { Moment } from '../kit/moment.js';
import { Author } from './author.js';
import { type PolicyVersion } from './policy.js';
import { PolicyClauses } from './policy-clauses.js';
import { acceptedAt } from './versions.js';

/** The policy that new verifications go by. */
export function InForce({ version }: { readonly version: PolicyVersion }): ReactElement {
  const { policy, author, note } = version;
  const since = policy.effectiveAt ?? acceptedAt(version);
  return (
    <Paper withBorder p="md" component="section" aria-label="In force">
      <Stack gap="xs">
        <Group gap="xs">
          <Title order={2} size="h4">
            In force: version {version.version}
          </Title>
        </Group>
        <PolicyClauses label="What the policy in force says" after={{ ...policy, effectiveAt: null }} />
        <Text size="sm">
          Since <Moment at={since} />, by <Author actor={author} />
          {note === null ? '' : `: “${note}”`}
        </Text>
      </Stack>
    </Paper>
  );
}

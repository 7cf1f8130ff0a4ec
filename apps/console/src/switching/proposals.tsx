import { Alert, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type ReactElement } from 'react';

import { api } from '../api/client.js';
import { refresh } from '../api/live.js';
import { ConfirmButton } from '../kit/confirm-button.js';
import { Moment } from '../kit/moment.js';
import { tell } from '../kit/tell.js';
import { useMay, useSession } from '../session/use-session.js';
import { Author, isOwn } from './author.js';
import { consequencesOf } from './consequences.js';
import { ConsequencesList } from './consequences-list.js';
import { type Place, type PolicyVersion } from './policy.js';
import { PolicyClauses } from './policy-clauses.js';
import { PreviewPanel } from './preview-panel.js';
import { at, routingKey } from './routing-queries.js';
import { momentWords } from './use-place-facts.js';
import { isOvertaken, type Versions } from './versions.js';

/** What waits for a second person, each with what it would change. */
export function Proposals({
  place,
  versions,
}: {
  readonly place: Place;
  readonly versions: Versions;
}): ReactElement | null {
  if (versions.proposals.length === 0) return null;
  return (
    <Stack gap="sm">
      <Title order={2} size="h4">
        Waiting for a second person
      </Title>
      {versions.proposals.map((proposal) => (
        <Proposal key={proposal.version} place={place} versions={versions} proposal={proposal} />
      ))}
    </Stack>
  );
}

function Proposal({
  place,
  versions,
  proposal,
}: {
  readonly place: Place;
  readonly versions: Versions;
  readonly proposal: PolicyVersion;
}): ReactElement {
  const queries = useQueryClient();
  const may = useMay();
  const { keyId } = useSession();
  const { version, policy, author, note, proposedUntil } = proposal;
  const overtaken = isOvertaken(proposal, versions.newestFirst);
  const before = versions.inForce?.policy ?? null;
  const decide = async (decision: 'approve' | 'reject'): Promise<void> => {
    const { path, query } = at(place);
    const params = { path: { ...path, version }, query };
    try {
      switch (decision) {
        case 'approve':
          await api.POST('/admin/v1/tenants/{id}/routing/versions/{version}/approve', { params });
          tell({
            title: `Version ${version} is approved`,
            message: 'It holds for new verifications.',
          });
          return;
        case 'reject':
          await api.POST('/admin/v1/tenants/{id}/routing/versions/{version}/reject', { params });
          tell({ title: `Version ${version} is rejected`, message: 'Nothing has changed.' });
      }
    } finally {
      await refresh(queries, routingKey(place));
    }
  };
  return (
    <Paper withBorder p="md" component="section" aria-label={`Proposal, version ${version}`}>
      <Stack gap="sm">
        <Text size="sm">
          <strong>Version {version}</strong>, proposed by <Author actor={author} /> on{' '}
          <Moment at={proposal.at} />
          {note === null ? '' : `: “${note}”`}. It can be decided until <Moment at={proposedUntil} />.
        </Text>
        <PolicyClauses label={`What version ${version} changes`} before={before} after={policy} />
        {isOwn(author, keyId) && (
          <Text size="sm" fw={600}>
            It is your own: somebody with another key has to decide it.
          </Text>
        )}
        {overtaken && (
          <Alert color="orange" variant="outline" title="Another version was accepted since">
            It can be rejected, and proposed again on top of that.
          </Alert>
        )}
        <PreviewPanel place={place} policy={policy} />
        <Group gap="xs">
          {may('approveRoutingPolicy') && !overtaken && (
            <ConfirmButton
              label="Approve"
              variant="filled"
              title={`Approve version ${version}?`}
              confirmLabel="Approve"
              onConfirm={() => decide('approve')}
            >
              <PolicyClauses label="What differs from the version in force" before={before} after={policy} />
              <ConsequencesList
                consequences={consequencesOf(policy, versions.scheduled, false, momentWords)}
              />
            </ConfirmButton>
          )}
          {may('rejectRoutingPolicy') && (
            <ConfirmButton
              label="Reject"
              title={`Reject version ${version}?`}
              confirmLabel="Reject"
              onConfirm={() => decide('reject')}
            >
              <Text size="sm">
                It can be proposed again. What is in force stays in force, and the proposal stays in the
                history.
              </Text>
            </ConfirmButton>
          )}
        </Group>
      </Stack>
    </Paper>
  );
}

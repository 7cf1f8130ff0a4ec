import { Button, Group, Select, Stack, Text, Timeline, Title } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { type ReactElement, useId, useState } from 'react';

import { EmptyState } from '../kit/empty-state.js';
import { Moment } from '../kit/moment.js';
import { ProblemNotice } from '../kit/problem-notice.js';
import { StatusBadge } from '../kit/status-badge.js';
import { useMay } from '../session/use-session.js';
import { Author } from './author.js';
import { type Place, type PolicyVersion } from './policy.js';
import { PolicyClauses } from './policy-clauses.js';
import { RollbackButton } from './rollback-button.js';
import { olderVersionsQuery } from './routing-queries.js';
import { useProviderTitle } from './use-provider-title.js';
import { isAccepted, type Versions, willCome } from './versions.js';

/** Every version as a line of time, the newest first: who, when, why, what it changed, and the way back to it. */
export function History({
  place,
  versions,
}: {
  readonly place: Place;
  readonly versions: Versions;
}): ReactElement {
  const older = useInfiniteQuery(olderVersionsQuery(place, versions.nextCursor));
  const all = [...versions.newestFirst, ...(older.data?.pages.flatMap(({ data }) => data) ?? [])];
  const hasMore = older.data === undefined ? versions.nextCursor !== null : older.hasNextPage;
  // Those that are still to come are hollow. The line counts from its end.
  const begun = versions.inForce === null ? -1 : all.length - 1 - all.indexOf(versions.inForce);
  return (
    <Stack gap="sm">
      <Title order={2} size="h4">
        History
      </Title>
      {all.length === 0 && (
        <EmptyState title="No policy was ever put in force here">
          Connect a provider to the tenant, then put the first policy in force: until then no verification can
          begin.
        </EmptyState>
      )}
      <Timeline active={begun} reverseActive bulletSize={14} lineWidth={2}>
        {all.map((version) => (
          <Timeline.Item key={version.version}>
            <Entry place={place} versions={versions} version={version} all={all} />
          </Timeline.Item>
        ))}
      </Timeline>
      <ProblemNotice error={older.error} />
      {hasMore && (
        <Group>
          <Button
            variant="default"
            loading={older.isFetching}
            onClick={() => {
              void (older.data === undefined ? older.refetch() : older.fetchNextPage());
            }}
          >
            Show older versions
          </Button>
        </Group>
      )}
    </Stack>
  );
}

function Entry({
  place,
  versions,
  version,
  all,
}: {
  readonly place: Place;
  readonly versions: Versions;
  readonly version: PolicyVersion;
  readonly all: readonly PolicyVersion[];
}): ReactElement {
  const may = useMay();
  const title = useProviderTitle();
  const region = useId();
  const [isCompared, setCompared] = useState(false);
  const { policy, note, decidedBy, decidedAt, state } = version;
  const isLost = isAccepted(version) && state !== 'in_force' && !willCome(version, all);
  return (
    <Stack gap={6} component="section" aria-label={`Version ${version.version}`}>
      <Group gap="xs">
        <Title order={3} size="h5">
          Version {version.version}
        </Title>
        <StatusBadge status={state} />
        <Text size="sm">{summary(version, title)}</Text>
      </Group>
      <Text size="sm">
        <Author actor={version.author} />, <Moment at={version.at} />
        {note !== null && `: “${note}”`}
      </Text>
      {decidedBy !== null && (
        <Text size="sm">
          {state === 'rejected' ? 'Rejected' : 'Approved'} by <Author actor={decidedBy} />,{' '}
          <Moment at={decidedAt} />
        </Text>
      )}
      {policy.effectiveAt !== null && (
        <Text size="sm">
          Planned for <Moment at={policy.effectiveAt} />
          {isLost && '; overtaken before it came into force'}
        </Text>
      )}
      <Group gap="xs">
        <Button
          variant="default"
          size="xs"
          aria-expanded={isCompared}
          aria-controls={region}
          aria-label={`Compare version ${version.version}`}
          onClick={() => {
            setCompared(!isCompared);
          }}
        >
          {isCompared ? 'Close' : 'Compare'}
        </Button>
        {may('rollBackRoutingPolicy') && isAccepted(version) && state !== 'in_force' && (
          <RollbackButton
            place={place}
            versions={versions}
            to={version}
            label={`Back to version ${version.version}`}
            title={`Go back to version ${version.version}?`}
          />
        )}
      </Group>
      <div id={region}>{isCompared && <Comparison version={version} versions={versions} all={all} />}</div>
    </Stack>
  );
}

function Comparison({
  version,
  versions,
  all,
}: {
  readonly version: PolicyVersion;
  readonly versions: Versions;
  readonly all: readonly PolicyVersion[];
}): ReactElement {
  const others = all.filter((other) => other.version !== version.version);
  const previous = others.find((other) => other.version < version.version && isAccepted(other));
  const [chosen, setChosen] = useState<string | null>(null);
  const number = chosen ?? String((previous ?? versions.inForce)?.version ?? '');
  const other = others.find((candidate) => String(candidate.version) === number);
  return (
    <Stack gap="xs" pt="xs">
      {others.length > 0 && (
        <Select
          label="Compare with"
          w={240}
          allowDeselect={false}
          data={others.map((candidate) => ({
            value: String(candidate.version),
            label: `Version ${candidate.version}, ${candidate.state.replaceAll('_', ' ')}`,
          }))}
          value={other === undefined ? null : number}
          onChange={setChosen}
        />
      )}
      <PolicyClauses
        label={
          other === undefined
            ? `What version ${version.version} says`
            : `What version ${version.version} has that version ${number} does not`
        }
        {...(other !== undefined && { before: other.policy })}
        after={version.policy}
      />
    </Stack>
  );
}

function summary({ policy }: PolicyVersion, title: (provider: string) => string): string {
  const { rules, provider } = policy;
  if (rules.length === 0) return `Everybody to ${title(provider)}`;
  return `${rules.length === 1 ? 'One rule' : `${rules.length} rules`}, everybody else to ${title(provider)}`;
}

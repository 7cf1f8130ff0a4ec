import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { type ReactElement } from 'react';

import { Moment } from '../kit/moment.js';
import { Author } from './author.js';
import { PolicyClauses } from './policy-clauses.js';
import { acceptedAt, isAccepted, type Versions } from './versions.js';

/** Somebody else switched while one was at work: theirs is shown, one's own is kept. */
export function StaleNotice({
  versions,
  basedOn,
  onCarryOn,
  onDiscard,
}: {
  readonly versions: Versions;
  readonly basedOn: number;
  readonly onCarryOn: () => void;
  readonly onDiscard: () => void;
}): ReactElement | null {
  const theirs = versions.newestFirst.find(isAccepted);
  if (theirs === undefined || theirs.version === basedOn) return null;
  const mine = versions.newestFirst.find(({ version }) => version === basedOn);
  return (
    <Alert color="orange" variant="outline" role="alert" title="Somebody switched meanwhile">
      <Stack gap="sm">
        <Text size="sm">
          <Author actor={theirs.author} /> put version {theirs.version}, accepted{' '}
          <Moment at={acceptedAt(theirs)} />
          {theirs.note === null ? '' : `: “${theirs.note}”`}. Your work is still here; it began with{' '}
          {basedOn === 0 ? 'no policy' : `version ${basedOn}`}. What they changed:
        </Text>
        <PolicyClauses label="What they changed" before={mine?.policy ?? null} after={theirs.policy} />
        <Group gap="xs">
          <Button variant="default" size="xs" onClick={onCarryOn}>
            Keep mine, on top of theirs
          </Button>
          <Button variant="default" size="xs" onClick={onDiscard}>
            Drop mine, take theirs
          </Button>
        </Group>
      </Stack>
    </Alert>
  );
}

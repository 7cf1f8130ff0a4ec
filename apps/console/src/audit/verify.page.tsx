import { Alert, Button, Code, Group, List, Paper, Progress, Stack, Text, Textarea } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { type ReactElement, useEffect, useRef, useState } from 'react';

import { type Schemas } from '../api/client.js';
import { counted, countOf } from '../kit/quantity.js';
import { downloadJson } from '../kit/download.js';
import { ProblemNotice } from '../kit/problem-notice.js';
import { TenantField } from '../kit/tenant-field.js';
import { AuditSection } from './audit-section.js';
import { FAULT_IN_WORDS } from './ledger-fault.js';
import { LedgerName } from './ledger-name.js';
import { checkpointsIn, verifyLedger, type VerifyProgress } from './verify-ledger.js';

const route = getRouteApi('/signed-in/audit/verify');

/** Whether the ledger is as it was written. */
export function VerifyPage(): ReactElement {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [kept, setKept] = useState('');
  const [progress, setProgress] = useState<VerifyProgress | null>(null);
  const underWay = useRef<AbortController | null>(null);
  const checkpoints = checkpointsIn(kept);
  const verification = useMutation({
    mutationFn: async () => {
      const leaving = new AbortController();
      underWay.current = leaving;
      setProgress(null);
      return verifyLedger(search.tenant ?? null, checkpoints, setProgress, leaving.signal);
    },
  });
  useEffect(() => () => underWay.current?.abort(), []);
  const isStopped = verification.error instanceof DOMException && verification.error.name === 'AbortError';
  return (
    <AuditSection
      title="Verify the ledger"
      lead="Gatehouse hashes every entry again, builds the trees anew and compares them with every signed head. The verdict is written into the ledger."
    >
      <form
        aria-label="What to verify"
        onSubmit={(event) => {
          event.preventDefault();
          verification.mutate();
        }}
      >
        <Stack gap="sm" maw={720}>
          <TenantField
            value={search.tenant ?? null}
            onChange={(tenant) => {
              verification.reset();
              void navigate({ search: tenant === null ? {} : { tenant }, replace: true });
            }}
            none="The whole ledger, of all tenants"
          />
          <Textarea
            label="Checkpoints that you kept outside (optional)"
            description="Paste one or several, as they were downloaded. With them also a past that was written anew, or a tail that was cut off, is found."
            autosize
            minRows={3}
            maxRows={10}
            value={kept}
            onChange={(event) => {
              setKept(event.currentTarget.value);
            }}
            styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
          />
          <Group gap="xs">
            <Button type="submit" disabled={verification.isPending}>
              {checkpoints.length === 0
                ? 'Verify'
                : `Verify with ${countOf(checkpoints.length, 'checkpoint', 'checkpoints')}`}
            </Button>
            {verification.isPending && (
              <Button variant="default" onClick={() => underWay.current?.abort()}>
                Stop
              </Button>
            )}
          </Group>
        </Stack>
      </form>
      {verification.isPending && <Bar progress={progress} />}
      {isStopped ? (
        <Text size="sm" role="status">
          Stopped. Nothing is said of the ledger.
        </Text>
      ) : (
        <ProblemNotice error={verification.error} />
      )}
      {verification.data !== undefined && (
        <Verdict
          verdict={verification.data}
          isWhole={search.tenant === undefined}
          withKept={checkpoints.length > 0}
        />
      )}
    </AuditSection>
  );
}

function Bar({ progress }: { readonly progress: VerifyProgress | null }): ReactElement {
  const { checked, total } = progress ?? { checked: 0, total: 0 };
  // A ledger grows while it is looked through, and one that was tampered with may say that it is shorter than it is.
  const share = total === 0 ? 0 : Math.min(100, Math.round((checked / total) * 100));
  return (
    <Paper withBorder p="md" radius="md">
      <Stack gap="xs">
        <Progress.Root size="lg">
          <Progress.Section value={share} aria-label="Entries that were looked at" />
        </Progress.Root>
        <Text size="sm" role="status">
          {progress === null
            ? 'Beginning …'
            : `${counted(checked)} of ${countOf(Math.max(total, checked), 'entry', 'entries')} are looked at.`}
        </Text>
      </Stack>
    </Paper>
  );
}

function Verdict({
  verdict,
  isWhole,
  withKept,
}: {
  readonly verdict: Schemas['LedgerVerdict'];
  readonly isWhole: boolean;
  readonly withKept: boolean;
}): ReactElement {
  const { checked, firstBad } = verdict;
  if (firstBad === null) {
    return (
      <Alert color="green" variant="outline" role="status" title={soundTitle(checked)}>
        <Text size="sm">
          {isWhole ? 'Every ledger is' : 'This tenant’s ledger is'} whole: nothing was changed, taken away or
          put in since it was sealed, as far as {withKept ? 'the checkpoints that you gave and ' : ''}what is
          signed here can tell.
          {!withKept &&
            ' With a checkpoint that was kept outside, that holds even against whoever owns the database.'}
        </Text>
      </Alert>
    );
  }
  return (
    <Alert
      color="red"
      variant="outline"
      role="alert"
      title={`The ledger is not as it was written: entry ${counted(firstBad.position)}`}
    >
      <Stack gap="sm">
        <Text size="sm">
          In the ledger of{' '}
          <strong>
            <LedgerName tenantId={firstBad.tenantId} />
          </strong>{' '}
          (<Code>{firstBad.tenantId}</Code>), at position <strong>{counted(firstBad.position)}</strong>:{' '}
          {FAULT_IN_WORDS[firstBad.fault]} From there on nothing is proven. <Code>{firstBad.fault}</Code>
        </Text>
        <Text size="sm" fw={600}>
          What to do
        </Text>
        <List size="sm" type="ordered">
          <List.Item>
            Do not repair it. Keep this verdict, and export the ledger of the tenant, under “Downloads”.
          </List.Item>
          <List.Item>
            Take the newest checkpoint that you kept outside and is of fewer than {counted(firstBad.position)}{' '}
            entries, and verify the export with it, on another machine: what came before is then proven.
          </List.Item>
          <List.Item>
            Find out who could write to the database past Gatehouse: its owner’s logins, backups that were
            restored, and the server’s own log.
          </List.Item>
          <List.Item>
            Compare with a backup from before: entry {counted(firstBad.position)} as it was, and what it says
            now.
          </List.Item>
        </List>
        <Group>
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => {
              downloadJson('ledger-verdict.json', { ...verdict, at: new Date().toISOString() });
            }}
          >
            Download this verdict
          </Button>
        </Group>
      </Stack>
    </Alert>
  );
}

function soundTitle(checked: number): string {
  switch (checked) {
    case 0:
      return 'There are no entries yet';
    case 1:
      return 'The only entry is as it was written';
    default:
      return `All ${counted(checked)} entries are as they were written`;
  }
}

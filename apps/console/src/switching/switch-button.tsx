import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactElement } from 'react';

import { api, dataOf } from '../api/client.js';
import { refresh } from '../api/live.js';
import { ProblemError } from '../api/problem.js';
import { ProblemNotice } from '../kit/problem-notice.js';
import { tell } from '../kit/tell.js';
import { consequencesOf } from './consequences.js';
import { ConsequencesList } from './consequences-list.js';
import { refusalOf } from './field-faults.js';
import { type Place, type Policy } from './policy.js';
import { PolicyClauses } from './policy-clauses.js';
import { at, routingKey } from './routing-queries.js';
import { tellWritten } from './tell-written.js';
import { momentWords, usePlaceFacts } from './use-place-facts.js';
import { type Versions } from './versions.js';

/** Sends the policy, after it has said what that will do and asked. */
export function SwitchButton({
  place,
  versions,
  policy,
  basedOn,
  isReady,
  onSwitched,
  onRefused,
}: {
  readonly place: Place;
  readonly versions: Versions;
  readonly policy: Policy;
  /** The version that the policy was made on top of. */
  readonly basedOn: number;
  readonly isReady: boolean;
  readonly onSwitched: () => void;
  /** Told what the page shows itself: fields that are wrong, and that somebody else was faster. */
  readonly onRefused: (error: Error, sent: Policy) => void;
}): ReactElement {
  const queries = useQueryClient();
  const { name, isTwoPerson } = usePlaceFacts(place);
  const [opened, { open, close }] = useDisclosure(false);
  const act = actOf(policy, isTwoPerson);
  const sending = useMutation({
    mutationFn: (sent: Policy) =>
      dataOf(
        api.PUT('/admin/v1/tenants/{id}/routing', {
          params: { ...at(place), header: { 'If-Match': `"${basedOn}"` } },
          body: sent,
        }),
      ),
    onSuccess: async (written) => {
      close();
      tell(tellWritten(written));
      await refresh(queries, routingKey(place));
      onSwitched();
    },
    onError: async (error, sent) => {
      if (refusalOf(error, sent) === null && !isStale(error)) return;
      close();
      await refresh(queries, routingKey(place));
      onRefused(error, sent);
    },
  });
  return (
    <>
      <Button
        disabled={!isReady}
        onClick={() => {
          sending.reset();
          open();
        }}
      >
        {act} …
      </Button>
      <Modal opened={opened} onClose={close} title={`${act}: ${name}?`} centered size="lg">
        <Stack>
          <Text size="sm">
            {versions.inForce === null
              ? 'The first policy here:'
              : `Against version ${versions.inForce.version}, which is in force:`}
          </Text>
          <PolicyClauses label="What differs" before={versions.inForce?.policy ?? null} after={policy} />
          <ConsequencesList
            consequences={consequencesOf(policy, versions.scheduled, isTwoPerson, momentWords)}
          />
          <ProblemNotice error={sending.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={close} data-autofocus>
              Cancel
            </Button>
            <Button
              loading={sending.isPending}
              onClick={() => {
                sending.mutate(policy);
              }}
            >
              {act}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}

function actOf({ effectiveAt }: Policy, isTwoPerson: boolean): string {
  if (isTwoPerson) return 'Propose the switch';
  return effectiveAt === null ? 'Switch now' : 'Plan the switch';
}

function isStale(error: Error): boolean {
  return error instanceof ProblemError && error.problem.code === 'stale_version';
}

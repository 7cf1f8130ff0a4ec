import { Button, Group, Modal, Stack, Text, Textarea } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type ReactElement, type SyntheticEvent, useState } from 'react';

import { api, dataOf } from '../api/client.js';
import { ProblemNotice } from '../kit/problem-notice.js';
import { type Verification } from './verifications.query.js';

export type Decision = 'approve' | 'reject';

const WORDS = {
  approve: { title: 'Approve', effect: 'becomes verified', color: 'green' },
  reject: { title: 'Reject', effect: 'becomes rejected', color: 'red' },
} as const;

/** Asks for the reason of a decision on one verification, and decides. */
export function DecisionDialog({
  verification,
  decision,
  onClose,
  onDecided,
}: {
  readonly verification: Verification;
  /** Null: closed. */
  readonly decision: Decision | null;
  readonly onClose: () => void;
  readonly onDecided: (id: string) => Promise<void>;
}): ReactElement {
  return (
    <Modal
      opened={decision !== null}
      onClose={onClose}
      title={decision === null ? '' : `${WORDS[decision].title} this verification?`}
      centered
    >
      {decision !== null && (
        <DecisionForm
          key={verification.id}
          verification={verification}
          decision={decision}
          onClose={onClose}
          onDecided={onDecided}
        />
      )}
    </Modal>
  );
}

function DecisionForm({
  verification,
  decision,
  onClose,
  onDecided,
}: {
  readonly verification: Verification;
  readonly decision: Decision;
  readonly onClose: () => void;
  readonly onDecided: (id: string) => Promise<void>;
}): ReactElement {
  const [reason, setReason] = useState('');
  const { id } = verification;
  const { title, effect, color } = WORDS[decision];
  const decide = useMutation({
    mutationFn: async () => {
      const body = { decision, reason: reason.trim().replaceAll(/\s+/gu, ' ') };
      await dataOf(api.POST('/admin/v1/verifications/{id}/decision', { params: { path: { id } }, body }));
      await onDecided(id);
    },
    onSuccess: onClose,
    gcTime: 0,
  });
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (reason.trim() !== '') decide.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          {id} {effect}, and its tenant is told. It holds for as long as the provider says the same. That you
          decided is in the audit log; the reason is kept encrypted.
        </Text>
        <Textarea
          label="Reason"
          description="Ctrl and Enter sends it."
          maxLength={1000}
          autosize
          minRows={3}
          required
          data-autofocus
          value={reason}
          onChange={({ currentTarget }) => {
            setReason(currentTarget.value);
          }}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) submit(event);
          }}
        />
        <ProblemNotice error={decide.error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" color={color} loading={decide.isPending} disabled={reason.trim() === ''}>
            {title}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

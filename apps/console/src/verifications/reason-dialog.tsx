import { Button, Group, Modal, Select, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type ReactElement, type SyntheticEvent, useState } from 'react';

import { ProblemNotice } from '../kit/problem-notice.js';
import { useSession } from '../session/use-session.js';

const PURPOSES = [
  { value: 'review', label: 'To decide a review' },
  { value: 'support', label: 'To help the person or the tenant' },
  { value: 'fraud', label: 'To look into fraud' },
  { value: 'legal', label: 'For a legal duty' },
  { value: 'other', label: 'Other (needs a ticket)' },
] as const;
type Purpose = (typeof PURPOSES)[number]['value'];

/** Why somebody looks at a person: codes alone, which are kept for good. */
export interface Reason {
  readonly purpose: Purpose;
  readonly ticket?: string;
}

const TICKET = /^[A-Za-z0-9#._-]{1,40}$/u;

/** Asks why, and says that the answer is written down, before anything of a person is shown. */
export function ReasonDialog({
  what,
  opened,
  suggested,
  onClose,
  onReason,
}: {
  /** As in "Show the identity". */
  readonly what: string;
  readonly opened: boolean;
  readonly suggested: Purpose | null;
  readonly onClose: () => void;
  /** What it throws is shown in the dialog, which stays open then. */
  readonly onReason: (reason: Reason) => Promise<void>;
}): ReactElement {
  return (
    <Modal opened={opened} onClose={onClose} title={what} centered>
      <ReasonForm what={what} suggested={suggested} onClose={onClose} onReason={onReason} />
    </Modal>
  );
}

function ReasonForm({
  what,
  suggested,
  onClose,
  onReason,
}: {
  readonly what: string;
  readonly suggested: Purpose | null;
  readonly onClose: () => void;
  readonly onReason: (reason: Reason) => Promise<void>;
}): ReactElement {
  const { name } = useSession();
  const [purpose, setPurpose] = useState<Purpose | null>(suggested);
  const [ticket, setTicket] = useState('');
  const look = useMutation({ mutationFn: onReason, onSuccess: onClose, gcTime: 0 });
  const isTicket = ticket === '' ? purpose !== 'other' : TICKET.test(ticket);
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (purpose === null || !isTicket) return;
    look.mutate({ purpose, ...(ticket !== '' && { ticket }) });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <Text size="sm">
          This is personal data. That {name} looked, when, at what and why goes into the audit log, where the
          tenant and its auditors see it.
        </Text>
        <Select
          label="What for"
          placeholder="Choose a purpose"
          data={[...PURPOSES]}
          value={purpose}
          onChange={(value) => {
            setPurpose(PURPOSES.find((known) => known.value === value)?.value ?? null);
          }}
          data-autofocus
          required
        />
        <TextInput
          label="Ticket"
          description="Letters, digits and #._- only: no names."
          placeholder="OPS-1204"
          autoComplete="off"
          value={ticket}
          required={purpose === 'other'}
          error={ticket !== '' && !TICKET.test(ticket) ? 'up to 40 letters, digits and #._-' : null}
          onChange={({ currentTarget }) => {
            setTicket(currentTarget.value.trim());
          }}
        />
        <ProblemNotice error={look.error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={look.isPending} disabled={purpose === null || !isTicket}>
            {what}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

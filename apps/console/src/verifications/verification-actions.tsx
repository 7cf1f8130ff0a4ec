import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactElement, useState } from 'react';

import { api, dataOf, send } from '../api/client.js';
import { refresh } from '../api/live.js';
import { download } from '../kit/download.js';
import { useMay } from '../session/use-session.js';
import { type Decision, DecisionDialog } from './decision-dialog.js';
import { type Verification, VERIFICATIONS_KEY } from './verifications.query.js';

/** What can be done with a verification, as far as the operator may. */
export function VerificationActions({
  verification,
  onError,
}: {
  readonly verification: Verification;
  readonly onError: (error: unknown) => void;
}): ReactElement {
  const may = useMay();
  const queries = useQueryClient();
  const [decision, setDecision] = useState<Decision | null>(null);
  const { id, status } = verification;
  const read = useMutation({
    mutationFn: () => dataOf(api.POST('/admin/v1/verifications/{id}/refresh', { params: { path: { id } } })),
    onMutate: () => {
      onError(null);
    },
    onError,
    onSettled: () => refresh(queries, VERIFICATIONS_KEY),
  });
  const take = useMutation({
    mutationFn: async (what: 'receipt' | 'evidence-pack') => {
      const answer = await send(`/admin/v1/verifications/${id}/${what}`);
      download(`${what}-${id}.json`, await answer.blob());
    },
    onMutate: () => {
      onError(null);
    },
    onError,
    onSettled: () => refresh(queries, [...VERIFICATIONS_KEY, 'events', id]),
  });
  const takeButton = (what: 'receipt' | 'evidence-pack', label: string): ReactElement => (
    <Button
      variant="default"
      loading={take.isPending && take.variables === what}
      onClick={() => {
        take.mutate(what);
      }}
    >
      {label}
    </Button>
  );
  const decideButton = (what: Decision, label: string, color: string): ReactElement => (
    <Button
      color={color}
      onClick={() => {
        setDecision(what);
      }}
    >
      {label}
    </Button>
  );
  return (
    <>
      {status === 'needs_review' && may('decideAnyVerification') && (
        <>
          {decideButton('approve', 'Approve', 'green')}
          {decideButton('reject', 'Reject', 'red')}
        </>
      )}
      {may('refreshAnyVerification') && verification.erasedAt === null && (
        <Button
          variant="default"
          loading={read.isPending}
          onClick={() => {
            read.mutate();
          }}
        >
          Read the provider
        </Button>
      )}
      {may('getAnyVerificationReceipt') && takeButton('receipt', 'Receipt')}
      {may('getEvidencePack') && takeButton('evidence-pack', 'Evidence pack')}
      <DecisionDialog
        verification={verification}
        decision={decision}
        onClose={() => {
          setDecision(null);
        }}
        onDecided={() => refresh(queries, VERIFICATIONS_KEY)}
      />
    </>
  );
}

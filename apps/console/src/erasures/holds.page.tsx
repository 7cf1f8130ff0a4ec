import { Badge, Group, Table, Text, TextInput, Textarea } from '@mantine/core';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { type ReactElement, useState } from 'react';

import { api, dataOf, type Schemas } from '../api/client.js';
import { LIVE, refresh } from '../api/live.js';
import { VERIFICATION_ID } from '../audit/ledger-search.js';
import { VerificationLink } from '../audit/verification-link.js';
import { ConfirmButton } from '../kit/confirm-button.js';
import { DataTable } from '../kit/data-table.js';
import { FormButton } from '../kit/form-button.js';
import { EmptyState } from '../kit/empty-state.js';
import { LoadMore } from '../kit/load-more.js';
import { Loading } from '../kit/loading.js';
import { Moment } from '../kit/moment.js';
import { ProblemNotice } from '../kit/problem-notice.js';
import { useMay } from '../session/use-session.js';
import { ErasuresSection } from './erasures-section.js';

const route = getRouteApi('/signed-in/erasures/holds');
const PAGE_SIZE = 50;

/** What must not be erased for now. */
export function HoldsPage(): ReactElement {
  const { tenant } = route.useSearch();
  const navigate = route.useNavigate();
  const may = useMay();
  return (
    <ErasuresSection
      title="Legal holds"
      lead="While a hold is in force, erasures of the verification wait and retention passes it by."
      tenantId={tenant ?? null}
      onTenant={(wanted) => {
        void navigate({ search: wanted === null ? {} : { tenant: wanted }, replace: true });
      }}
      whyTenant="A hold is of one verification of one tenant."
      action={(tenantId) => may('placeLegalHold') && <PlaceHold tenantId={tenantId} />}
    >
      {(tenantId) => <Holds tenantId={tenantId} />}
    </ErasuresSection>
  );
}

function Holds({ tenantId }: { readonly tenantId: string }): ReactElement {
  const holds = useInfiniteQuery({
    queryKey: ['erasures', 'holds', tenantId],
    queryFn: ({ pageParam, signal }): Promise<Schemas['HoldPage']> =>
      dataOf(
        api.GET('/admin/v1/tenants/{id}/holds', {
          params: {
            path: { id: tenantId },
            query: { limit: PAGE_SIZE, ...(pageParam !== null && { cursor: pageParam }) },
          },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    ...LIVE.far,
  });
  const found = holds.data?.pages.flatMap(({ data }) => data) ?? [];
  return (
    <>
      <ProblemNotice error={holds.error} onRetry={() => void holds.refetch()} />
      {holds.isPending && <Loading what="legal holds" />}
      {found.length > 0 && (
        <DataTable
          label="Legal holds"
          head={['Placed', 'Verification', 'Reason', 'Until', 'State']}
          minWidth={860}
        >
          {found.map((hold) => (
            <HoldRow key={hold.id} hold={hold} tenantId={tenantId} readAt={holds.dataUpdatedAt} />
          ))}
        </DataTable>
      )}
      {holds.isSuccess && found.length === 0 && (
        <EmptyState title="Nothing is held">
          Place a hold when a court or an authority says that a verification has to be kept.
        </EmptyState>
      )}
      <LoadMore pages={holds} what="holds" />
    </>
  );
}

function HoldRow({
  hold,
  tenantId,
  readAt,
}: {
  readonly hold: Schemas['Hold'];
  readonly tenantId: string;
  /** When the list was read, in milliseconds of the epoch. */
  readonly readAt: number;
}): ReactElement {
  const may = useMay();
  const queries = useQueryClient();
  const isOver = hold.until !== null && Date.parse(hold.until) <= readAt;
  return (
    <Table.Tr>
      <Table.Td>
        <Moment at={hold.createdAt} />
      </Table.Td>
      <Table.Td>
        <VerificationLink id={hold.verificationId} /> ({hold.environment})
      </Table.Td>
      <Table.Td>{hold.reason ?? 'erased with the verification'}</Table.Td>
      <Table.Td>{hold.until === null ? 'it is released' : <Moment at={hold.until} />}</Table.Td>
      <Table.Td>
        {hold.releasedAt !== null ? (
          <>
            Released <Moment at={hold.releasedAt} />
          </>
        ) : isOver ? (
          'Over'
        ) : (
          <Group gap="xs" wrap="nowrap">
            <Badge color="orange" tt="none" radius="sm" miw="fit-content">
              in force
            </Badge>
            {may('releaseLegalHold') && (
              <ConfirmButton
                label="Release …"
                size="compact-sm"
                title="Release this hold?"
                confirmLabel="Release it"
                color="red"
                onConfirm={async () => {
                  await api.DELETE('/admin/v1/tenants/{id}/holds/{holdId}', {
                    params: { path: { id: tenantId, holdId: hold.id } },
                  });
                  await refresh(queries, ['erasures']);
                }}
              >
                <Text size="sm">
                  Erasures that wait for it go on at once, and what they take cannot be had back. The hold
                  stays in this list, and in the ledger.
                </Text>
              </ConfirmButton>
            )}
          </Group>
        )}
      </Table.Td>
    </Table.Tr>
  );
}

function PlaceHold({ tenantId }: { readonly tenantId: string }): ReactElement {
  const queries = useQueryClient();
  const [verificationId, setVerificationId] = useState('');
  const [reason, setReason] = useState('');
  const [until, setUntil] = useState('');
  const isId = VERIFICATION_ID.test(verificationId);
  const empty = (): void => {
    setVerificationId('');
    setReason('');
    setUntil('');
  };
  return (
    <FormButton
      variant="default"
      label="Place a hold …"
      title="Place a legal hold"
      submitLabel="Place the hold"
      isReady={isId && reason.trim() !== ''}
      onOpen={empty}
      onSubmit={async () => {
        await dataOf(
          api.POST('/admin/v1/tenants/{id}/holds', {
            params: { path: { id: tenantId } },
            body: { verificationId, reason, ...(until !== '' && { until: new Date(until).toISOString() }) },
          }),
        );
        empty();
        await refresh(queries, ['erasures']);
      }}
    >
      <TextInput
        label="Verification"
        placeholder="ver_…"
        required
        value={verificationId}
        error={
          verificationId === '' || isId ? null : 'An id begins with ver_ and has 26 characters after it.'
        }
        onChange={(event) => {
          setVerificationId(event.currentTarget.value.trim());
        }}
        data-autofocus
      />
      <Textarea
        label="Reason"
        description="Kept encrypted until the verification is erased; not in the ledger."
        placeholder="Court order 12/2026"
        required
        autosize
        minRows={2}
        maxLength={1000}
        value={reason}
        onChange={(event) => {
          setReason(event.currentTarget.value);
        }}
      />
      <TextInput
        label="Until (optional)"
        description="Else it holds until it is released."
        type="datetime-local"
        value={until}
        onChange={(event) => {
          setUntil(event.currentTarget.value);
        }}
      />
      <Text size="sm">
        It stops erasures and retention of this one verification. What the person withdraws at the provider
        goes, held or not.
      </Text>
    </FormButton>
  );
}

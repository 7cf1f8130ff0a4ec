import { Code, Stack, Table, Text, Textarea, Title } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type ReactElement, useState } from 'react';

import { api, dataOf, type Schemas } from '../api/client.js';
import { ConfirmButton } from '../kit/confirm-button.js';
import { DataTable } from '../kit/data-table.js';
import { Moment } from '../kit/moment.js';
import { StatusBadge } from '../kit/status-badge.js';
import { useMay } from '../session/use-session.js';

/** What providers hold of the erased, whom to ask, and what was answered. */
export function ProviderCopies({ erasure }: { readonly erasure: Schemas['Erasure'] }): ReactElement {
  return (
    <Stack gap="xs">
      <Title order={2} size="h4">
        What providers hold
      </Title>
      {erasure.providerCopies.length === 0 ? (
        <Text size="sm">{erasure.status === 'done' ? 'No copy is known.' : 'None is known yet.'}</Text>
      ) : (
        <>
          <Text size="sm">
            An open copy has to be asked for by somebody: write to whom is named, with the reference, and
            close it here once they have answered.
          </Text>
          <DataTable
            label="What providers hold"
            head={['Provider', 'Reference', 'Whom to ask', 'State', 'Answer']}
            minWidth={900}
          >
            {erasure.providerCopies.map((copy) => (
              <CopyRow key={copy.id} copy={copy} erasure={erasure} />
            ))}
          </DataTable>
        </>
      )}
    </Stack>
  );
}

function CopyRow({
  copy,
  erasure,
}: {
  readonly copy: Schemas['ProviderCopy'];
  readonly erasure: Schemas['Erasure'];
}): ReactElement {
  const may = useMay();
  return (
    <Table.Tr>
      <Table.Th scope="row" fw={400}>
        {copy.provider} ({copy.environment})
      </Table.Th>
      <Table.Td style={{ overflowWrap: 'anywhere' }}>
        {copy.reference === null ? 'none' : <Code>{copy.reference}</Code>}
      </Table.Td>
      <Table.Td>{copy.ask}</Table.Td>
      <Table.Td>
        <StatusBadge status={copy.state} />
      </Table.Td>
      <Table.Td>
        {copy.state === 'done' ? (
          <>
            {copy.way === 'api' ? 'By the provider’s own call. ' : ''}
            {copy.note ?? ''} <Moment at={copy.doneAt} />
          </>
        ) : may('closeErasureDuty') ? (
          <CloseDuty copy={copy} erasure={erasure} />
        ) : (
          'not yet'
        )}
      </Table.Td>
    </Table.Tr>
  );
}

function CloseDuty({
  copy,
  erasure,
}: {
  readonly copy: Schemas['ProviderCopy'];
  readonly erasure: Schemas['Erasure'];
}): ReactElement {
  const queries = useQueryClient();
  const [note, setNote] = useState('');
  return (
    <ConfirmButton
      label="They have erased it …"
      size="compact-sm"
      title={`Has ${copy.provider} erased its copy?`}
      confirmLabel="Yes, sign a new certificate"
      onConfirm={async () => {
        const changed = await dataOf(
          api.POST('/admin/v1/tenants/{id}/erasures/{erasureId}/duties/{dutyId}/done', {
            params: { path: { id: erasure.tenantId, erasureId: erasure.id, dutyId: copy.id } },
            body: { note },
          }),
        );
        queries.setQueryData(['erasures', erasure.tenantId, erasure.id], changed);
      }}
    >
      <Text size="sm">
        The certificate is signed anew and says so; the former one is kept. It cannot be taken back. Gatehouse
        does not ask the provider whether it is so.
      </Text>
      <Textarea
        label="How it is known"
        description="Kept encrypted. Without the person’s name."
        placeholder="Their support confirmed it, ticket 4711."
        required
        autosize
        minRows={2}
        maxLength={1000}
        value={note}
        onChange={(event) => {
          setNote(event.currentTarget.value);
        }}
      />
    </ConfirmButton>
  );
}

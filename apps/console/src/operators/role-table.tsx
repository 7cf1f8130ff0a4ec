import { Table, TextInput } from '@mantine/core';
import { type ReactElement, useState } from 'react';

import { ROLES_OF } from '../generated/roles.js';
import { SUMMARY_OF } from '../generated/summaries.js';
import { DataTable } from '../kit/data-table.js';
import { may, type OperationId } from '../session/session.js';
import { ALL_ROLES } from './roles.js';

const OPERATIONS = (Object.keys(ROLES_OF) as OperationId[])
  .map((id) => ({ id, summary: SUMMARY_OF[id] }))
  .sort((a, b) => a.summary.localeCompare(b.summary));

/** What each role may do, as the API's own document has it. */
export function RoleTable(): ReactElement {
  const [wanted, setWanted] = useState('');
  const found = OPERATIONS.filter(({ summary }) =>
    summary.toLowerCase().includes(wanted.trim().toLowerCase()),
  );
  return (
    <>
      <TextInput
        label="Search what may be done"
        type="search"
        maw={420}
        value={wanted}
        onChange={(event) => {
          setWanted(event.currentTarget.value);
        }}
      />
      <DataTable label="What each role may do" head={['What', ...ALL_ROLES]} minWidth={560}>
        {found.map(({ id, summary }) => (
          <Table.Tr key={id}>
            <Table.Td>{summary}</Table.Td>
            {ALL_ROLES.map((role) => (
              <Table.Td key={role}>{may({ role }, id) ? 'yes' : '–'}</Table.Td>
            ))}
          </Table.Tr>
        ))}
      </DataTable>
    </>
  );
}

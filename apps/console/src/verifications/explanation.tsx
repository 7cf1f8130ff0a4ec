import { List, Paper, Stack, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ReactElement } from 'react';

import { type Schemas } from '../api/client.js';
import { DataTable } from '../kit/data-table.js';
import { Loading } from '../kit/loading.js';
import { Moment } from '../kit/moment.js';
import { ProblemNotice } from '../kit/problem-notice.js';
import { StatusBadge } from '../kit/status-badge.js';
import { explanationQuery } from './verifications.query.js';

type Link = Schemas['ExplanationLink'];

/** Why a verification is where it is: in sentences, and link by link. */
export function Explanation({ id }: { readonly id: string }): ReactElement {
  const { data, error, refetch } = useQuery(explanationQuery(id));
  return (
    <Paper withBorder p="md" component="section" aria-labelledby="why">
      <Stack gap="sm">
        <Title order={2} size="h4" id="why">
          Why it is where it is
        </Title>
        <ProblemNotice error={error} onRetry={() => void refetch()} />
        {data === undefined && error === null && <Loading what="the explanation" />}
        {data !== undefined && (
          <>
            <List size="sm" type="ordered" spacing={4}>
              {data.summary.map((sentence, index) => (
                // Sentences come at the end and in the order of what they tell.
                <List.Item key={index}>{sentence}</List.Item>
              ))}
            </List>
            <details>
              <summary>
                <Text span size="sm">
                  Each signal, and what became of it ({data.chain.length})
                </Text>
              </summary>
              <DataTable label="The chain of signals" head={HEAD} minWidth={760}>
                {data.chain.map((link, index) => (
                  <LinkRow key={`${link.at} ${index}`} link={link} />
                ))}
              </DataTable>
              {!data.isComplete && <Text size="sm">Older links are left out.</Text>}
            </details>
          </>
        )}
      </Stack>
    </Paper>
  );
}

const HEAD = ['When', 'What', 'From', 'Proven by', 'Outcome', 'Status'];

function LinkRow({ link }: { readonly link: Link }): ReactElement {
  const outcome = link.outcome.replaceAll('_', ' ');
  return (
    <Table.Tr>
      <Table.Td>
        <Moment at={link.at} />
      </Table.Td>
      <Table.Td>
        {link.what.replaceAll('_', ' ')}
        {link.isDecisive && ' (decisive)'}
      </Table.Td>
      <Table.Td>{link.source}</Table.Td>
      <Table.Td>{link.authenticity ?? '–'}</Table.Td>
      <Table.Td>
        {link.reason === null ? outcome : `${outcome}: ${link.reason.replaceAll('_', ' ')}`}
      </Table.Td>
      <Table.Td>{link.statusAfter === null ? '–' : <StatusBadge status={link.statusAfter} />}</Table.Td>
    </Table.Tr>
  );
}

import { Accordion, Alert, Button, Code, Group, List, Progress, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { type ReactElement } from 'react';

import { api, dataOf, type Schemas } from '../api/client.js';
import { LIVE } from '../api/live.js';
import { VerificationLink } from '../audit/verification-link.js';
import { counted, countOf } from '../kit/quantity.js';
import { download } from '../kit/download.js';
import { Facts } from '../kit/facts.js';
import { Loading } from '../kit/loading.js';
import { Moment } from '../kit/moment.js';
import { Page } from '../kit/page.js';
import { ProblemNotice } from '../kit/problem-notice.js';
import { StatusBadge } from '../kit/status-badge.js';
import { TenantName } from '../kit/tenant-select.js';
import { TextLink } from '../kit/text-link.js';
import { NAMED_BY_IN_WORDS, STATUS_IN_WORDS } from './erasure-words.js';
import { ProviderCopies } from './provider-copies.js';

const route = getRouteApi('/signed-in/erasures/$tenantId/$erasureId');

/** How one erasure stands, and its certificate. */
export function ErasurePage(): ReactElement {
  const { tenantId, erasureId } = route.useParams();
  const erasure = useQuery({
    queryKey: ['erasures', tenantId, erasureId],
    queryFn: ({ signal }) =>
      dataOf(
        api.GET('/admin/v1/tenants/{id}/erasures/{erasureId}', {
          params: { path: { id: tenantId, erasureId } },
          signal,
        }),
      ),
    ...LIVE.close,
  });
  return (
    <Page
      title="Erasure"
      lead={
        <TextLink to="/erasures" search={{ tenant: tenantId }}>
          All erasures of this tenant
        </TextLink>
      }
    >
      <ProblemNotice error={erasure.error} onRetry={() => void erasure.refetch()} />
      {erasure.isPending && <Loading what="the erasure" />}
      {erasure.data !== undefined && <Details erasure={erasure.data} />}
    </Page>
  );
}

function Details({ erasure }: { readonly erasure: Schemas['Erasure'] }): ReactElement {
  const { progress } = erasure;
  const all = progress.verifications + progress.verificationsLeft;
  const share = erasure.status === 'done' ? 100 : all === 0 ? 0 : (progress.verifications / all) * 100;
  return (
    <Stack gap="lg">
      <Facts
        facts={[
          ['Erasure', <Code key="id">{erasure.id}</Code>],
          ['Tenant', <TenantName key="tenant" id={erasure.tenantId} />],
          ['Status', <StatusBadge key="status" status={erasure.status} />],
          ['Named by', NAMED_BY_IN_WORDS[erasure.namedBy]],
          ['Ground', erasure.ground === 'retention' ? 'retention was over' : 'somebody asked for it'],
          ['Environment', erasure.environment ?? 'test and live'],
          ['Begun', <Moment key="begun" at={erasure.createdAt} />],
          ['Done', <Moment key="done" at={erasure.completedAt} />],
        ]}
      />
      {erasure.status === 'held' && (
        <Alert color="orange" variant="outline" title="A legal hold is in the way">
          <Text size="sm">
            What is left goes by itself once the hold is released or over: see{' '}
            <TextLink to="/erasures/holds" search={{ tenant: erasure.tenantId }}>
              legal holds
            </TextLink>
            .
          </Text>
        </Alert>
      )}
      <Stack gap="xs">
        <Title order={2} size="h4">
          What went here
        </Title>
        <Progress.Root size="lg">
          <Progress.Section
            value={share}
            color={erasure.status === 'done' ? 'green' : 'indigo'}
            aria-label="Verifications that are erased"
          />
        </Progress.Root>
        <Text size="sm" role="status">
          {counted(progress.verifications)} of {countOf(all, 'verification', 'verifications')}:{' '}
          {STATUS_IN_WORDS[erasure.status]}.
        </Text>
        <Facts
          facts={[
            ['Persons’ keys destroyed', counted(progress.keysDestroyed)],
            ['Sealed values emptied', counted(progress.sealedColumns)],
            ['Hashes they were searched by', counted(progress.searchableHashes)],
            ['Readings deleted', counted(progress.readings)],
            ['Reports deleted', counted(progress.reports)],
            ['Webhooks emptied', counted(progress.signals + progress.orphans)],
            ['Stored answers deleted', counted(progress.answers)],
          ]}
        />
        {erasure.verificationIds.length > 0 && (
          <Accordion variant="contained" chevronPosition="left" keepMounted={false} order={3}>
            <Accordion.Item value="verifications">
              <Accordion.Control>
                {countOf(erasure.verificationIds.length, 'verification', 'verifications')} found
              </Accordion.Control>
              <Accordion.Panel>
                <List size="sm">
                  {erasure.verificationIds.map((id) => (
                    <List.Item key={id} style={{ overflowWrap: 'anywhere' }}>
                      <VerificationLink id={id} />
                    </List.Item>
                  ))}
                </List>
              </Accordion.Panel>
            </Accordion.Item>
          </Accordion>
        )}
      </Stack>
      <ProviderCopies erasure={erasure} />
      <Certificates erasure={erasure} />
    </Stack>
  );
}

function Certificates({ erasure }: { readonly erasure: Schemas['Erasure'] }): ReactElement {
  const newest = erasure.certificates.at(-1);
  return (
    <Stack gap="xs">
      <Title order={2} size="h4">
        Certificate
      </Title>
      {newest === undefined ? (
        <Text size="sm">It is signed when the erasure is done here.</Text>
      ) : (
        <>
          <Code
            block
            tabIndex={0}
            role="region"
            aria-label="The newest certificate"
            style={{ maxHeight: 360 }}
          >
            {newest.note}
          </Code>
          <Group gap="xs">
            {erasure.certificates.toReversed().map(({ number, note }) => (
              <Button
                key={number}
                variant={number === newest.number ? 'filled' : 'default'}
                onClick={() => {
                  download(
                    `certificate-${erasure.id}-${number}.txt`,
                    new Blob([note], { type: 'text/plain' }),
                  );
                }}
              >
                {number === newest.number ? 'Download the certificate' : `Download no. ${number}`}
              </Button>
            ))}
          </Group>
          <Text size="sm">
            Check it without Gatehouse:{' '}
            <Code>
              node verify-ledger.mjs note certificate.txt --key key.json --name gatehouse/{erasure.tenantId}
              /erasure
            </Code>
          </Text>
        </>
      )}
    </Stack>
  );
}

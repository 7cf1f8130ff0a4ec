import { Anchor, Box, Button, Code, Group, Paper, Stack, Text, TextInput, Title } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { type ReactElement, type ReactNode, useState } from 'react';

import { send } from '../api/client.js';
import { counted } from '../kit/quantity.js';
import { download } from '../kit/download.js';
import { ProblemNotice } from '../kit/problem-notice.js';
import { TenantField } from '../kit/tenant-field.js';
import { AuditSection } from './audit-section.js';
import { exportLedger } from './export-ledger.js';
import { VERIFICATION_ID } from './ledger-search.js';
import { useMayOnceThere } from './may-once-there.js';

const route = getRouteApi('/signed-in/audit/downloads');

/** What auditors take along, to check it without Gatehouse. */
export function DownloadsPage(): ReactElement {
  const may = useMayOnceThere();
  const canProve = may('getAnyVerificationReceipt') || may('getEvidencePack');
  return (
    <AuditSection
      title="Downloads"
      lead="Proof that holds without Gatehouse and without trust in it. None of it has personal data in it; each download is written into the ledger."
    >
      <WholeLedger />
      {canProve && (
        <OneVerification withReceipt={may('getAnyVerificationReceipt')} withPack={may('getEvidencePack')} />
      )}
      <Section title="The key to check it with">
        <Text size="sm">
          Get it once, by a way that you trust, and keep it:{' '}
          <Anchor href="/.well-known/gatehouse-ledger-key" download="key.json" underline="always" size="sm">
            key.json
          </Anchor>
          . Then, with Node.js and the one file <Code>tools/verify-ledger.mjs</Code>, on a machine of your
          own:
        </Text>
        <Code block>
          {`node verify-ledger.mjs export ledger.jsonl --key key.json --checkpoint kept.txt
node verify-ledger.mjs receipt receipt.json --key key.json`}
        </Code>
      </Section>
    </AuditSection>
  );
}

function Section({
  title,
  children,
}: {
  readonly title: string;
  readonly children: ReactNode;
}): ReactElement {
  return (
    <Paper withBorder p="md" radius="md">
      <Stack gap="sm">
        <Title order={2} size="h4">
          {title}
        </Title>
        {children}
      </Stack>
    </Paper>
  );
}

function WholeLedger(): ReactElement {
  const { tenant } = route.useSearch();
  const navigate = route.useNavigate();
  const [bytes, setBytes] = useState(0);
  const taking = useMutation({
    mutationFn: async () => {
      setBytes(0);
      const { content, isEmpty } = await exportLedger(tenant ?? null, setBytes);
      if (!isEmpty) download(`ledger-${tenant ?? 'of-no-tenant'}.jsonl`, content);
      return isEmpty;
    },
  });
  return (
    <Section title="A whole ledger">
      <Text size="sm">
        Every sealed entry of a tenant, word for word, and the checkpoint that they lead to.
      </Text>
      <Group align="flex-end" gap="sm">
        <Box flex="1 1 16rem" maw={360}>
          <TenantField
            value={tenant ?? null}
            onChange={(wanted) => {
              taking.reset();
              void navigate({ search: wanted === null ? {} : { tenant: wanted }, replace: true });
            }}
            none="Of no tenant: operators, keys"
          />
        </Box>
        <Button
          loading={taking.isPending}
          onClick={() => {
            taking.mutate();
          }}
        >
          Download the ledger
        </Button>
      </Group>
      <Text size="sm" role="status">
        {taking.isPending && `${counted(Math.round(bytes / 1024))} kB so far …`}
        {taking.data === false &&
          `Downloaded: ${counted(Math.ceil(bytes / 1024))} kB, whole to its checkpoint.`}
        {taking.data === true && 'Nothing is sealed in this ledger yet.'}
      </Text>
      <ProblemNotice error={taking.error} />
    </Section>
  );
}

function OneVerification({
  withReceipt,
  withPack,
}: {
  readonly withReceipt: boolean;
  readonly withPack: boolean;
}): ReactElement {
  const [id, setId] = useState('');
  const isId = VERIFICATION_ID.test(id);
  const taking = useMutation({
    mutationFn: async (what: 'receipt' | 'evidence-pack') => {
      const answer = await send(`/admin/v1/verifications/${id}/${what}`);
      download(`${what}-${id}.json`, await answer.blob());
    },
  });
  return (
    <Section title="One verification">
      <Text size="sm">
        A receipt proves the present status. An evidence pack has the receipt, the events, the chain that led
        to the status, who saw the person’s data, and erasures.
      </Text>
      <TextInput
        label="Verification"
        placeholder="ver_…"
        maw={420}
        value={id}
        error={id === '' || isId ? null : 'An id begins with ver_ and has 26 characters after it.'}
        onChange={(event) => {
          taking.reset();
          setId(event.currentTarget.value.trim());
        }}
      />
      <Group gap="xs">
        {withReceipt && (
          <Button
            disabled={!isId}
            loading={taking.isPending && taking.variables === 'receipt'}
            onClick={() => {
              taking.mutate('receipt');
            }}
          >
            Download the receipt
          </Button>
        )}
        {withPack && (
          <Button
            disabled={!isId}
            loading={taking.isPending && taking.variables === 'evidence-pack'}
            onClick={() => {
              taking.mutate('evidence-pack');
            }}
          >
            Download the evidence pack
          </Button>
        )}
      </Group>
      <ProblemNotice error={taking.error} />
    </Section>
  );
}

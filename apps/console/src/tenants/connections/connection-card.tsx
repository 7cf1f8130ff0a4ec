import { Alert, Badge, Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactElement, useId, useState } from 'react';

import { api, dataOf, type Schemas } from '../../api/client.js';
import { refresh } from '../../api/live.js';
import { ConfirmButton } from '../../kit/confirm-button.js';
import { CopyField } from '../../kit/copy-field.js';
import { ProblemNotice } from '../../kit/problem-notice.js';
import { tell } from '../../kit/tell.js';
import { capabilityInWords } from '../../providers/capabilities.js';
import { useMay } from '../../session/use-session.js';
import { Findings } from './findings.js';
import { ConnectionForm } from './connection-form.js';
import { ConnectionHealth } from './connection-health.js';
import { type ConnectionPlace, etagOf, paramsOf } from './connection-place.js';
import { FormerCredentials } from './former-credentials.js';

interface ConnectionCardProps {
  readonly place: ConnectionPlace;
  readonly provider: Schemas['Provider'];
  /** Null: the tenant has not connected it. */
  readonly connection: Schemas['Connection'] | null;
}

/** One provider: what the tenant's connection to it is like, and all that can be done with it. */
export function ConnectionCard({ place, provider, connection }: ConnectionCardProps): ReactElement {
  const may = useMay();
  const heading = useId();
  const [isOpen, setOpen] = useState(false);
  return (
    <Paper withBorder p="md" component="section" aria-labelledby={heading}>
      <Stack>
        <Group justify="space-between" align="flex-start">
          <Group gap="sm">
            <Title order={2} size="h3" id={heading}>
              {provider.title}
            </Title>
            <Badge
              tt="none"
              radius="sm"
              miw="fit-content"
              {...(connection === null ? { variant: 'default' } : { color: 'green' })}
            >
              {connection === null ? 'not connected' : 'connected'}
            </Badge>
          </Group>
          {may('putConnection') && (
            <Button
              variant={connection === null && !isOpen ? 'filled' : 'default'}
              aria-expanded={isOpen}
              onClick={() => {
                setOpen(!isOpen);
              }}
            >
              {isOpen ? 'Close the form' : connection === null ? 'Connect' : 'Change'}
              <span className="visually-hidden"> {provider.title}</span>
            </Button>
          )}
        </Group>
        {connection === null ? (
          <Text size="sm">{provider.capabilities.map(capabilityInWords).join(' · ')}</Text>
        ) : (
          <Connected place={place} provider={provider} connection={connection} />
        )}
        {isOpen && (
          <ConnectionForm
            place={place}
            provider={provider}
            connection={connection}
            onDone={() => {
              setOpen(false);
            }}
          />
        )}
      </Stack>
    </Paper>
  );
}

function Connected({
  place,
  provider,
  connection,
}: ConnectionCardProps & { readonly connection: Schemas['Connection'] }): ReactElement {
  const may = useMay();
  const queries = useQueryClient();
  const params = paramsOf(place, provider.name);
  const checking = useMutation({
    mutationFn: () => dataOf(api.POST('/admin/v1/tenants/{id}/connections/{provider}/check', { params })),
  });
  const can = (capability: string): boolean => provider.capabilities.some((each) => each === capability);
  return (
    <>
      <ConnectionHealth connection={connection} />
      {connection.webhookUrl !== null && (
        <CopyField label={`Webhook URL, for ${provider.title} to send to`} value={connection.webhookUrl} />
      )}
      <FormerCredentials place={place} provider={provider} connection={connection} />
      <Group gap="xs">
        {can('check') && may('checkConnection') && (
          <Button
            variant="default"
            loading={checking.isPending}
            onClick={() => {
              checking.mutate();
            }}
          >
            Check<span className="visually-hidden"> {provider.title}</span>
          </Button>
        )}
        {can('registerWebhook') && may('registerWebhook') && (
          <ConfirmButton
            label="Register the webhook"
            title={`Tell ${provider.title} where to send its webhooks?`}
            confirmLabel="Register"
            onConfirm={async () => {
              await dataOf(
                api.POST('/admin/v1/tenants/{id}/connections/{provider}/register-webhook', { params }),
              );
              checking.reset();
              tell({ message: `${provider.title} sends its webhooks here from now on.` });
            }}
          >
            <Text size="sm">
              {provider.title} is called with the stored credentials and given the webhook URL above. It
              replaces whatever address it has for this account: whoever got its webhooks until now gets none
              any more.
            </Text>
          </ConfirmButton>
        )}
        {may('removeConnection') && (
          <ConfirmButton
            label="Disconnect"
            title={`Disconnect ${provider.title}?`}
            confirmLabel="Disconnect"
            color="red"
            onConfirm={async () => {
              await api.DELETE('/admin/v1/tenants/{id}/connections/{provider}', {
                params: { ...params, header: { 'If-Match': etagOf(connection) } },
              });
              await refresh(queries, ['connections', place.tenantId], ['routing', place.tenantId]);
            }}
          >
            <Text size="sm">
              The stored credentials and the webhook URL are gone then; a new connection gets another URL.
              Verifications that have ended stay as they are. Refused while anything needs the connection:
              what that is will be named.
            </Text>
          </ConfirmButton>
        )}
      </Group>
      <ProblemNotice error={checking.error} />
      {checking.data !== undefined && <Findings check={checking.data} />}
      {connection.health.breaker !== 'closed' && (
        <Alert color="orange" variant="outline" title="Nobody is sent there at present">
          Its calls have been failing. What the policy names as fallback is used, and the connection is tried
          again by itself.
        </Alert>
      )}
    </>
  );
}

import { Button, Fieldset, Group, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactElement, useEffect, useRef, useState } from 'react';

import { api, dataOf, type Schemas } from '../../api/client.js';
import { refresh } from '../../api/live.js';
import { type FieldError, ProblemError } from '../../api/problem.js';
import { ProblemNotice } from '../../kit/problem-notice.js';
import { tell } from '../../kit/tell.js';
import { errorAt } from '../../schema-form/field-errors.js';
import { JsonField } from '../../schema-form/json-field.js';
import { fieldOf } from '../../schema-form/schema-field.js';
import { type Draft, SchemaForm } from '../../schema-form/schema-form.js';
import { OverlapSelect, USUAL_OVERLAP } from '../overlap-select.js';
import { type ConnectionPlace, etagOf, paramsOf } from './connection-place.js';

/**
 * Drawn from the provider's own schemas. What is typed lives in this form and goes with it: it is in no query, no mutation's state
 * and no storage.
 */
export function ConnectionForm({
  place,
  provider,
  connection: latest,
  onDone,
}: {
  readonly place: ConnectionPlace;
  readonly provider: Schemas['Provider'];
  readonly connection: Schemas['Connection'] | null;
  readonly onDone: () => void;
}): ReactElement {
  const queries = useQueryClient();
  const form = useRef<HTMLFormElement>(null);
  // What the change was begun from: what comes in meanwhile must not be overwritten unseen.
  const [connection] = useState(latest);
  const [credentials, setCredentials] = useState<Draft>({});
  const [settings, setSettings] = useState<Draft>(connection?.settings ?? {});
  const [overlapSeconds, setOverlapSeconds] = useState(USUAL_OVERLAP);
  const isRotating = connection !== null && Object.keys(credentials).length > 0;
  const saving = useMutation({
    mutationFn: async () => {
      await dataOf(
        api.PUT('/admin/v1/tenants/{id}/connections/{provider}', {
          params: {
            ...paramsOf(place, provider.name),
            ...(connection !== null && { header: { 'If-Match': etagOf(connection) } }),
          },
          body: {
            settings,
            ...((connection === null || isRotating) && { credentials }),
            ...(isRotating && { overlapSeconds }),
          },
        }),
      );
    },
    onSuccess: async () => {
      await refresh(queries, ['connections', place.tenantId], ['routing', place.tenantId]);
      tell({
        message: connection === null ? `${provider.title} is connected.` : `${provider.title} is changed.`,
      });
      onDone();
    },
    gcTime: 0,
  });
  const errors = saving.error instanceof ProblemError ? saving.error.problem.errors : [];
  useEffect(() => {
    if (saving.isError) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [saving.isError, saving.failureCount, saving.submittedAt]);
  return (
    <form
      ref={form}
      autoComplete="off"
      onSubmit={(event) => {
        event.preventDefault();
        saving.mutate();
      }}
    >
      <Stack>
        <Fieldset legend="Credentials">
          <Stack>
            <Text size="sm">
              {connection === null
                ? `As ${provider.title} gave them to the tenant. They are kept encrypted and never shown again.`
                : 'Fill in only what changes. What is stored is never shown.'}
            </Text>
            <SchemaPart
              schema={provider.connection.credentials}
              pointer="/credentials"
              value={credentials}
              onChange={setCredentials}
              errors={errors}
              stored={new Set(Object.keys(connection?.credentials ?? {}))}
            />
            {isRotating && (
              <OverlapSelect
                label="The former credentials are still used"
                description="Where the provider refuses the new ones, and to check webhooks: nothing is lost between the change here and the one there."
                value={overlapSeconds}
                onChange={setOverlapSeconds}
              />
            )}
          </Stack>
        </Fieldset>
        <Fieldset legend="Settings">
          <SchemaPart
            schema={provider.connection.settings}
            pointer="/settings"
            value={settings}
            onChange={setSettings}
            errors={errors}
            stored={NOTHING}
          />
        </Fieldset>
        <ProblemNotice error={saving.error} />
        <Group>
          <Button type="submit" loading={saving.isPending}>
            {connection === null ? `Connect ${provider.title}` : 'Save the connection'}
          </Button>
          <Button variant="default" onClick={onDone}>
            Cancel
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

const NOTHING: ReadonlySet<string> = new Set();

function SchemaPart({
  schema,
  pointer,
  value,
  onChange,
  errors,
  stored,
}: {
  readonly schema: unknown;
  readonly pointer: string;
  readonly value: Draft;
  readonly onChange: (value: Draft) => void;
  readonly errors: readonly FieldError[];
  readonly stored: ReadonlySet<string>;
}): ReactElement {
  const field = fieldOf(schema);
  if (field.kind === 'object') {
    return (
      <SchemaForm
        members={field.members}
        value={value}
        onChange={onChange}
        pointer={pointer}
        errors={errors}
        stored={stored}
      />
    );
  }
  return (
    <JsonField
      label="All of it"
      description={field.description ?? undefined}
      placeholder="{}"
      error={errorAt(errors, pointer, 'here and below')}
      required={false}
      value={Object.keys(value).length === 0 ? undefined : value}
      onChange={(next) => {
        onChange(typeof next === 'object' && next !== null ? { ...next } : {});
      }}
    />
  );
}

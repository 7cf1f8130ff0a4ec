import {
  Fieldset,
  NativeSelect,
  NumberInput,
  SimpleGrid,
  Stack,
  Switch,
  Text,
  TextInput,
} from '@mantine/core';
import { type ReactElement } from 'react';

import { type FieldError } from '../../api/problem.js';
import { errorAt } from '../../schema-form/field-errors.js';
import { SETTING_TITLES, type TenantSettings } from './tenant-changes.js';

const OUTCOMES = {
  verified: { title: 'Verified', description: 'People who passed.' },
  rejected: { title: 'Rejected', description: 'People who did not.' },
  other: { title: 'Everything else', description: 'Expired, canceled, revoked, or ended in an error.' },
} as const;
type Outcome = keyof typeof OUTCOMES;

/** Each setting with what it does. */
export function SettingsFields({
  value,
  errors,
  onChange,
}: {
  readonly value: TenantSettings;
  readonly errors: readonly FieldError[];
  readonly onChange: (change: Partial<TenantSettings>) => void;
}): ReactElement {
  const errorOf = (name: keyof TenantSettings): string | null => errorAt(errors, `/${name}`, 'here');
  const text = (
    name: 'erasureContact' | 'trustFramework' | 'assuranceLevel',
    description: string,
  ): ReactElement => (
    <TextInput
      label={SETTING_TITLES[name]}
      description={description}
      error={errorOf(name)}
      value={value[name] ?? ''}
      onChange={(event) => {
        const { value: written } = event.currentTarget;
        onChange({ [name]: written === '' ? null : written });
      }}
    />
  );
  return (
    <Stack>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
        <TextInput
          label={SETTING_TITLES.name}
          description="As operators see it. Callers see it too, when they ask who they are."
          required
          maxLength={200}
          error={errorOf('name')}
          value={value.name}
          onChange={(event) => {
            onChange({ name: event.currentTarget.value });
          }}
        />
        <Switch
          label={SETTING_TITLES.twoPersonApproval}
          description="A new routing policy waits until somebody with another key approves it."
          error={errorOf('twoPersonApproval')}
          checked={value.twoPersonApproval}
          onChange={(event) => {
            onChange({ twoPersonApproval: event.currentTarget.checked });
          }}
        />
      </SimpleGrid>
      <Fieldset legend="What is kept, and for how long">
        <Stack>
          <Days
            label={SETTING_TITLES.retentionDays}
            description="After that many days a finished verification is erased: the person’s data goes, status and ledger stay. Empty: nothing is erased by itself."
            error={errorOf('retentionDays')}
            value={value.retentionDays}
            onChange={(retentionDays) => {
              onChange({ retentionDays });
            }}
          />
          <Text size="sm">By how a verification ended. Left empty, the days above count.</Text>
          <SimpleGrid cols={{ base: 1, sm: 3 }}>
            {(Object.keys(OUTCOMES) as Outcome[]).map((outcome) => (
              <Days
                key={outcome}
                label={OUTCOMES[outcome].title}
                description={OUTCOMES[outcome].description}
                error={errorAt(errors, `/retentionDaysByOutcome/${outcome}`, 'here')}
                value={value.retentionDaysByOutcome[outcome]}
                onChange={(days) => {
                  onChange({ retentionDaysByOutcome: { ...value.retentionDaysByOutcome, [outcome]: days } });
                }}
              />
            ))}
          </SimpleGrid>
          <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
            <NativeSelect
              label={SETTING_TITLES.identityStorage}
              description="How the identity that a provider establishes is kept. There is one way so far."
              data={[{ value: 'stored', label: 'Kept, encrypted for each person' }]}
              value={value.identityStorage}
              onChange={() => {
                onChange({ identityStorage: 'stored' });
              }}
            />
            <NativeSelect
              label={SETTING_TITLES.reportArchive}
              description="Some providers give a report for a short while only. Kept, it is fetched at once and encrypted."
              error={errorOf('reportArchive')}
              data={[
                { value: 'none', label: 'Not kept: asked for at each view' },
                { value: 'encrypted', label: 'Kept, encrypted' },
              ]}
              value={value.reportArchive}
              onChange={(event) => {
                onChange({ reportArchive: event.currentTarget.value === 'encrypted' ? 'encrypted' : 'none' });
              }}
            />
          </SimpleGrid>
          {text(
            'erasureContact',
            'Who sees to what a provider has to be asked to erase. Stands in the certificates of erasures.',
          )}
        </Stack>
      </Fieldset>
      <Fieldset legend="Verified claims (OpenID Identity Assurance)">
        <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
          {text(
            'trustFramework',
            'The rules under which people are verified, such as eidas. Empty: no verified claims are given.',
          )}
          {text('assuranceLevel', 'Within that framework, such as substantial.')}
        </SimpleGrid>
      </Fieldset>
    </Stack>
  );
}

function Days({
  value,
  onChange,
  ...words
}: {
  readonly label: string;
  readonly description: string;
  readonly error: string | null;
  readonly value: number | null;
  readonly onChange: (days: number | null) => void;
}): ReactElement {
  return (
    <NumberInput
      {...words}
      value={value ?? ''}
      allowDecimal={false}
      allowNegative={false}
      suffix=" days"
      hideControls
      maw={420}
      onChange={(next) => {
        onChange(next === '' ? null : Number(next));
      }}
    />
  );
}

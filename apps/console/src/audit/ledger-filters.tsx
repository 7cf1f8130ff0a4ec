import { Button, Group, Select, SimpleGrid, TextInput } from '@mantine/core';
import { type ReactElement, useState } from 'react';

import { LEDGER_KINDS } from '../generated/ledger-kinds.js';
import { TenantField } from '../kit/tenant-field.js';
import { ACTOR, kindInWords, type LedgerKind, type LedgerSearch, VERIFICATION_ID } from './ledger-search.js';

/** What is searched for. Nothing is asked before it is applied, since each search is written down. */
export function LedgerFilters({
  applied,
  onApply,
  isBusy,
  withKind,
}: {
  readonly applied: LedgerSearch;
  readonly onApply: (search: LedgerSearch) => void;
  readonly isBusy: boolean;
  /** With a choice of kinds; else of one tenant's. */
  readonly withKind: boolean;
}): ReactElement {
  const [tenant, setTenant] = useState(applied.tenant ?? null);
  const [kind, setKind] = useState<LedgerKind | null>(applied.kind ?? null);
  const [actor, setActor] = useState(applied.actor ?? '');
  const [verification, setVerification] = useState(applied.verification ?? '');
  const [since, setSince] = useState(localTime(applied.since));
  const [until, setUntil] = useState(localTime(applied.until));
  const isActor = actor === '' || ACTOR.test(actor);
  const isVerification = verification === '' || VERIFICATION_ID.test(verification);
  return (
    <form
      aria-label="Filters"
      onSubmit={(event) => {
        event.preventDefault();
        if (!isActor || !isVerification) return;
        onApply({
          ...(tenant !== null && { tenant }),
          ...(kind !== null && { kind }),
          ...(actor !== '' && { actor }),
          ...(verification !== '' && { verification }),
          ...(since !== '' && { since: new Date(since).toISOString() }),
          ...(until !== '' && { until: new Date(until).toISOString() }),
        });
      }}
    >
      <SimpleGrid cols={{ base: 1, xs: 2, lg: 3 }} spacing="sm" verticalSpacing="sm">
        <TenantField
          value={tenant}
          onChange={setTenant}
          required={!withKind}
          none="Of no tenant: operators, keys"
        />
        {withKind && (
          <Select
            label="Kind"
            placeholder="Every kind"
            searchable
            clearable
            clearButtonProps={{ 'aria-label': 'Every kind' }}
            nothingFoundMessage="There is no such kind"
            data={LEDGER_KINDS.map((one) => ({ value: one, label: kindInWords(one) }))}
            value={kind}
            onChange={(chosen) => {
              setKind(LEDGER_KINDS.find((one) => one === chosen) ?? null);
            }}
          />
        )}
        <TextInput
          label="Actor"
          placeholder="key:key_…, admin:adk_…, system"
          value={actor}
          error={
            isActor
              ? null
              : 'Names a key by its id, a provider, an auditor’s login, or system, browser, unknown.'
          }
          onChange={(event) => {
            setActor(event.currentTarget.value.trim());
          }}
        />
        <TextInput
          label="Verification"
          placeholder="ver_…"
          value={verification}
          error={isVerification ? null : 'An id begins with ver_ and has 26 characters after it.'}
          onChange={(event) => {
            setVerification(event.currentTarget.value.trim());
          }}
        />
        <TextInput
          label="Since"
          type="datetime-local"
          value={since}
          onChange={(event) => {
            setSince(event.currentTarget.value);
          }}
        />
        <TextInput
          label="Until"
          type="datetime-local"
          value={until}
          onChange={(event) => {
            setUntil(event.currentTarget.value);
          }}
        />
      </SimpleGrid>
      <Group mt="sm" gap="xs">
        <Button type="submit" loading={isBusy}>
          Search
        </Button>
        <Button
          variant="default"
          onClick={() => {
            onApply({});
          }}
        >
          Clear the filters
        </Button>
      </Group>
    </form>
  );
}

/** A moment as a field of the browser has it: in the reader's own zone, to the minute. */
function localTime(moment: string | undefined): string {
  if (moment === undefined) return '';
  const at = new Date(moment);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

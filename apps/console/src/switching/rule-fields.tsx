import {
  ActionIcon,
  Button,
  Collapse,
  Group,
  MultiSelect,
  Paper,
  Select,
  SimpleGrid,
  Stack,
  TagsInput,
  Text,
} from '@mantine/core';
import { type ReactElement, useId, useState } from 'react';

import { type FaultAt } from './field-faults.js';
import { FigureInput } from './figure-input.js';
import { MoveButtons } from './move-buttons.js';
import { CHECKS, type Condition, DOCUMENT_TYPES, type Place, type Rule } from './policy.js';
import { conditionWords } from './policy-words.js';
import { ProviderSelect } from './provider-select.js';
import { useProviderTitle } from './use-provider-title.js';

const REUSE = [
  { value: 'never', label: 'Has to be verified anew' },
  { value: 'allow', label: 'May be known already' },
];

/** One rule: in words, and folded out as fields. */
export function RuleFields({
  place,
  rule,
  index,
  count,
  faultAt,
  onChange,
  onMove,
  onRemove,
  id,
}: {
  readonly place: Place;
  readonly rule: Rule;
  readonly index: number;
  readonly count: number;
  readonly faultAt: FaultAt;
  readonly onChange: (rule: Rule) => void;
  readonly onMove: (to: number) => void;
  readonly onRemove: () => void;
  /** Of the rule's own button, where the focus goes after a move: `-up` and `-down` are those beside it. */
  readonly id: string;
}): ReactElement {
  const title = useProviderTitle();
  const fault = faultAt('');
  const [isOpen, setOpen] = useState(rule.provider === '');
  const fields = useId();
  const name = `Rule ${index + 1}`;
  const when = rule.when;
  const change = (condition: Condition): void => {
    onChange({ ...rule, when: withoutAbsent({ ...when, ...condition }) });
  };
  const isShown = isOpen || fault !== undefined;
  return (
    <Paper withBorder p="sm" component="li" aria-label={name}>
      <Group justify="space-between" align="flex-start" wrap="nowrap" gap="xs">
        <Button
          id={id}
          variant="subtle"
          color="gray"
          c="var(--mantine-color-text)"
          h="auto"
          py={4}
          px="xs"
          flex={1}
          justify="flex-start"
          styles={{ label: { whiteSpace: 'normal', textAlign: 'start' } }}
          aria-expanded={isShown}
          aria-controls={fields}
          onClick={() => {
            setOpen(!isShown);
          }}
        >
          <span>
            <Text component="span" fw={600} size="sm">
              {name}:
            </Text>{' '}
            <Text component="span" size="sm">
              {conditionWords(when)} <span aria-hidden="true">→</span>
              <span className="visually-hidden">go to</span>{' '}
              {rule.provider === '' ? 'nobody yet' : title(rule.provider)}
            </Text>
          </span>
        </Button>
        <Group gap={4} wrap="nowrap">
          <MoveButtons
            id={id}
            labels={{ up: `Move rule ${index + 1} up`, down: `Move rule ${index + 1} down` }}
            index={index}
            count={count}
            onMove={onMove}
          />
          <ActionIcon variant="default" size="lg" aria-label={`Remove rule ${index + 1}`} onClick={onRemove}>
            ✕
          </ActionIcon>
        </Group>
      </Group>
      <Collapse expanded={isShown} id={fields}>
        <Stack gap="sm" pt="sm">
          <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
            <ProviderSelect
              place={place}
              label={`${name} sends them to`}
              value={rule.provider}
              onChange={(provider) => {
                onChange({ ...rule, provider });
              }}
              error={faultAt('/provider')}
            />
            <FigureInput
              label="Share of the people, in %"
              description="Who is in it stays in it, also when it grows"
              min={0}
              max={100}
              value={when.percent ?? null}
              onChange={(percent) => {
                change({ percent });
              }}
              error={faultAt('/when/percent')}
            />
            <TagsInput
              label="Countries of the address"
              description="Two letters each; one of them is enough"
              placeholder="US"
              value={when.country ?? []}
              onChange={(country) => {
                change({ country: country.map((code) => code.toUpperCase()) });
              }}
              acceptValueOnBlur
              error={faultAt('/when/country')}
            />
            <MultiSelect
              label="Checks asked for"
              description="One of them is enough"
              data={CHECKS}
              value={when.checks ?? []}
              onChange={(checks) => {
                change({ checks: CHECKS.filter((check) => checks.includes(check)) });
              }}
              error={faultAt('/when/checks')}
            />
            <MultiSelect
              label="Documents asked for"
              description="One of them is enough"
              data={DOCUMENT_TYPES.map((type) => ({ value: type, label: type.replaceAll('_', ' ') }))}
              value={when.documentTypes ?? []}
              onChange={(types) => {
                change({ documentTypes: DOCUMENT_TYPES.filter((type) => types.includes(type)) });
              }}
              error={faultAt('/when/documentTypes')}
            />
            <Select
              label="What is known already"
              description="What the request says of it"
              placeholder="Either"
              clearable
              clearButtonProps={{ 'aria-label': 'Either' }}
              data={REUSE}
              value={when.reuse ?? null}
              onChange={(reuse) => {
                change({ reuse: reuse === 'never' || reuse === 'allow' ? reuse : null });
              }}
              error={faultAt('/when/reuse')}
            />
            <TagsInput
              label="Metadata of the request"
              description="All of these have to stand so: name=value"
              placeholder="plan=gold"
              value={Object.entries(when.metadata ?? {}).map(([key, value]) => `${key}=${value}`)}
              onChange={(pairs) => {
                change({ metadata: Object.fromEntries(pairs.map(pairOf)) });
              }}
              acceptValueOnBlur
              splitChars={[]}
              error={faultAt('/when/metadata')}
            />
          </SimpleGrid>
        </Stack>
      </Collapse>
    </Paper>
  );
}

function pairOf(text: string): readonly [string, string] {
  const place = text.indexOf('=');
  return place === -1 ? [text, ''] : [text.slice(0, place), text.slice(place + 1)];
}

/** Members that say nothing are left out: an empty list would be a condition that nobody meets. */
function withoutAbsent(condition: Condition): Condition {
  return Object.fromEntries(
    Object.entries(condition).filter(([, value]) => {
      if (value === null) return false;
      return typeof value !== 'object' || Object.keys(value).length > 0;
    }),
  );
}

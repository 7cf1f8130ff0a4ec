import { Button, Stack, Text } from '@mantine/core';
import { type ReactElement, useEffect, useId, useRef, useState } from 'react';

import { type FaultAt } from './field-faults.js';
import { moved, type Place, type Rule } from './policy.js';
import { RuleFields } from './rule-fields.js';

/** The rules in their order; they are moved and removed by buttons, which keep the focus. */
export function RulesFields({
  place,
  rules,
  faultAt,
  onChange,
}: {
  readonly place: Place;
  readonly rules: readonly Rule[];
  readonly faultAt: FaultAt;
  readonly onChange: (rules: Rule[]) => void;
}): ReactElement {
  const id = useId();
  const [keys, setKeys] = useState<readonly number[]>(() => rules.map((_, index) => index));
  const [said, setSaid] = useState('');
  const wanted = useRef<string | null>(null);
  // The text, or a change of the policy in force, has brought other rules.
  if (keys.length !== rules.length) setKeys(rules.map((_, index) => index));
  useEffect(() => {
    if (wanted.current !== null) document.getElementById(wanted.current)?.focus();
    wanted.current = null;
  });
  const next = Math.max(-1, ...keys) + 1;
  return (
    <Stack gap="xs" role="group" aria-labelledby={`${id}-title`}>
      <div>
        <Text id={`${id}-title`} size="sm" fw={600}>
          Rules
        </Text>
        <Text size="xs" c="dimmed">
          {rules.length === 0
            ? 'None: everybody goes to the default provider.'
            : 'The first that matches wins. All conditions of a rule have to hold.'}
        </Text>
      </div>
      {rules.length > 0 && (
        <Stack component="ol" gap="xs" m={0} p={0} style={{ listStyle: 'none' }}>
          {rules.map((rule, index) => {
            const key = keys[index] ?? index;
            const own = `${id}-${key}`;
            return (
              <RuleFields
                key={key}
                id={own}
                place={place}
                rule={rule}
                index={index}
                count={rules.length}
                faultAt={(pointer) => faultAt(`/rules/${index}${pointer}`)}
                onChange={(changed) => {
                  onChange(rules.map((other, at) => (at === index ? changed : other)));
                }}
                onMove={(to) => {
                  wanted.current = `${own}-${to < index ? 'up' : 'down'}`;
                  setKeys(moved(keys, index, to));
                  setSaid(`Rule ${index + 1} is rule ${to + 1} of ${rules.length} now`);
                  onChange(moved(rules, index, to));
                }}
                onRemove={() => {
                  const other = keys[index + 1] ?? keys[index - 1];
                  wanted.current = other === undefined ? `${id}-add` : `${id}-${other}`;
                  setKeys(keys.filter((_, at) => at !== index));
                  setSaid(`Rule ${index + 1} is removed`);
                  onChange(rules.filter((_, at) => at !== index));
                }}
              />
            );
          })}
        </Stack>
      )}
      <Button
        id={`${id}-add`}
        variant="default"
        size="xs"
        style={{ alignSelf: 'flex-start' }}
        onClick={() => {
          wanted.current = `${id}-${next}`;
          setKeys([...keys, next]);
          setSaid(`Rule ${rules.length + 1} is added`);
          onChange([...rules, { when: {}, provider: '' }]);
        }}
      >
        Add a rule
      </Button>
      <span role="status" className="visually-hidden">
        {said}
      </span>
    </Stack>
  );
}

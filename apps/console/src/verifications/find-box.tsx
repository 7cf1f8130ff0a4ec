import { Button, Group, TextInput } from '@mantine/core';
import { type ReactElement, type SyntheticEvent, useState } from 'react';

/** What somebody typed to find a verification by. */
export type Sought =
  | { readonly by: 'id'; readonly value: string }
  | { readonly by: 'email' | 'phone' | 'reference'; readonly value: string };

const ID = /^ver_[0-9a-z]{26}$/u;
const PHONE = /^\+?[\d\s().-]{7,32}$/u;

/** By its form. What may be a contact is taken for one, because contacts may not get into an address. */
export function soughtIn(text: string): Sought {
  const value = text.trim();
  if (ID.test(value)) return { by: 'id', value };
  if (value.includes('@')) return { by: 'email', value };
  if (PHONE.test(value)) return { by: 'phone', value };
  return { by: 'reference', value };
}

/** One field for an id, a reference, an e-mail address or a phone number. */
export function FindBox({
  hasTenant,
  onFind,
}: {
  readonly hasTenant: boolean;
  readonly onFind: (sought: Sought) => void;
}): ReactElement {
  const [text, setText] = useState('');
  const [error, setError] = useState<string | null>(null);
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (text.trim() === '') return;
    const sought = soughtIn(text);
    if (sought.by !== 'id' && !hasTenant) {
      setError('Choose a tenant first: only ids are known across tenants.');
      return;
    }
    onFind(sought);
  };
  return (
    <form onSubmit={submit} role="search" aria-label="Find a verification">
      <Group align="flex-end" gap="sm" wrap="nowrap">
        <TextInput
          flex={1}
          maw={520}
          label="Find by id, reference, e-mail or phone"
          placeholder="ver_…, user-42, jane@… or +1415…"
          autoComplete="off"
          spellCheck={false}
          maxLength={254}
          value={text}
          error={error}
          onChange={({ currentTarget }) => {
            setText(currentTarget.value);
            setError(null);
          }}
        />
        <Button type="submit" mb={error === null ? 0 : 22}>
          Find
        </Button>
      </Group>
    </form>
  );
}

import { Textarea } from '@mantine/core';
import { type ReactElement } from 'react';

import { type Draft } from './use-draft.js';

/** A policy as the API takes it, with where it does not parse. */
export function PolicyJsonField({
  draft,
  onChange,
}: {
  readonly draft: Draft;
  readonly onChange: (text: string) => void;
}): ReactElement {
  const { fault, errors, text } = draft;
  const wrong =
    fault === null
      ? errors.map(({ pointer, detail }) => `${pointer === '' ? 'The policy' : pointer} ${detail}`).join('; ')
      : `Line ${fault.line}, column ${fault.column}: ${fault.detail}`;
  return (
    <Textarea
      label="The policy as JSON"
      description="As the API takes it; the form says the same"
      autosize
      minRows={12}
      maxRows={32}
      spellCheck={false}
      value={text}
      onChange={({ currentTarget }) => {
        onChange(currentTarget.value);
      }}
      styles={{
        input: {
          fontFamily: 'var(--mantine-font-family-monospace)',
          fontSize: 'var(--mantine-font-size-xs)',
        },
      }}
      error={wrong === '' ? undefined : wrong}
    />
  );
}

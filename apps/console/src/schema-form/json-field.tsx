import { Textarea } from '@mantine/core';
import { type ReactElement, useState } from 'react';

/** A value as JSON, for whatever has no field of its own. What is no JSON keeps the form from being sent. */
export function JsonField({
  label,
  description,
  placeholder,
  error,
  required,
  value,
  onChange,
}: {
  readonly label: string;
  readonly description: string | undefined;
  readonly placeholder: string;
  readonly error: string | null;
  readonly required: boolean;
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
}): ReactElement {
  const [text, setText] = useState(() => (value === undefined ? '' : JSON.stringify(value, null, 2)));
  const fault = faultOf(text);
  return (
    <Textarea
      label={`${label} (JSON)`}
      description={description}
      placeholder={placeholder}
      error={fault ?? error}
      required={required}
      autosize
      minRows={3}
      maxRows={16}
      spellCheck={false}
      styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
      value={text}
      onChange={(event) => {
        const { value: next } = event.currentTarget;
        const wrong = faultOf(next);
        event.currentTarget.setCustomValidity(wrong ?? '');
        setText(next);
        if (wrong === null) onChange(next.trim() === '' ? undefined : JSON.parse(next));
      }}
    />
  );
}

function faultOf(text: string): string | null {
  if (text.trim() === '') return null;
  try {
    JSON.parse(text);
    return null;
  } catch {
    return 'This is no JSON yet.';
  }
}

import { NumberInput, type NumberInputProps } from '@mantine/core';
import { type ReactElement, useState } from 'react';

type FigureInputProps = Pick<NumberInputProps, 'label' | 'description' | 'min' | 'max' | 'allowDecimal'> & {
  /** Null: the field is empty. */
  readonly value: number | null;
  readonly onChange: (value: number | null) => void;
  readonly error?: string | undefined;
};

/** A number, also while it is typed: `12.` is 12 already, and may become 12.5. What is too much, the API says. */
export function FigureInput({ value, onChange, ...input }: FigureInputProps): ReactElement {
  const [typed, setTyped] = useState<number | string>(value ?? '');
  return (
    <NumberInput
      {...input}
      clampBehavior="none"
      value={numberOf(typed) === value ? typed : (value ?? '')}
      onChange={(text) => {
        setTyped(text);
        onChange(numberOf(text));
      }}
    />
  );
}

function numberOf(text: number | string): number | null {
  const number = typeof text === 'number' ? text : Number.parseFloat(text);
  return Number.isNaN(number) ? null : number;
}

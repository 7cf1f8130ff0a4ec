import {
  Checkbox,
  Fieldset,
  NativeSelect,
  NumberInput,
  PasswordInput,
  SimpleGrid,
  Stack,
  Switch,
  TagsInput,
  Text,
  TextInput,
} from '@mantine/core';
import { type ReactElement } from 'react';

import { type FieldError } from '../api/problem.js';
import { errorAt, stepInto } from './field-errors.js';
import { JsonField } from './json-field.js';
import { inWords, type SchemaField, type SchemaMember, titleOf } from './schema-field.js';

/** A JSON object under way; what is left out is not in it. */
export type Draft = Readonly<Record<string, unknown>>;

interface FieldProps<F extends SchemaField = SchemaField> {
  readonly field: F;
  readonly label: string;
  /** Undefined: nothing is given. */
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
  readonly pointer: string;
  readonly errors: readonly FieldError[];
  readonly isRequired: boolean;
  /** The server has a value that it does not show, and keeps it where nothing is given. */
  readonly isStored: boolean;
}

type Of<K extends SchemaField['kind']> = FieldProps<Extract<SchemaField, { kind: K }>>;

/** The members of an object, each asked for as its schema says. */
export function SchemaForm({
  members,
  value,
  onChange,
  pointer,
  errors,
  stored,
  isOptional = false,
}: {
  readonly members: readonly SchemaMember[];
  readonly value: Draft;
  readonly onChange: (value: Draft) => void;
  /** Where the object stands in what is sent. */
  readonly pointer: string;
  readonly errors: readonly FieldError[];
  /** Names of the members that the server keeps without showing them. */
  readonly stored?: ReadonlySet<string>;
  /** Whether the object as a whole may be left out. */
  readonly isOptional?: boolean;
}): ReactElement {
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg" verticalSpacing="md">
      {members.map(({ name, field, isRequired }) => {
        const isStored = stored?.has(name) === true;
        return (
          <Field
            key={name}
            field={field}
            label={titleOf(name, field)}
            value={value[name]}
            onChange={(next) => {
              onChange(withMember(value, name, next));
            }}
            pointer={stepInto(pointer, name)}
            errors={errors}
            isRequired={isRequired && !isStored && !(isOptional && Object.keys(value).length === 0)}
            isStored={isStored}
          />
        );
      })}
    </SimpleGrid>
  );
}

function Field({ field, ...rest }: FieldProps): ReactElement {
  switch (field.kind) {
    case 'text':
      return <TextField field={field} {...rest} />;
    case 'number':
      return <NumberField field={field} {...rest} />;
    case 'choice':
      return <ChoiceField field={field} {...rest} />;
    case 'flag':
      return <FlagField field={field} {...rest} />;
    case 'list':
      return <ListField field={field} {...rest} />;
    case 'object':
      return <ObjectField field={field} {...rest} />;
    case 'nullable':
      return <NullableField field={field} {...rest} />;
    case 'json':
      return (
        <JsonField
          {...wordsOf({ field, ...rest }, 'here and below')}
          value={rest.value}
          onChange={rest.onChange}
        />
      );
  }
}

function TextField(props: Of<'text'>): ReactElement {
  const { field, value, onChange } = props;
  const common = {
    ...wordsOf(props),
    value: typeof value === 'string' ? value : '',
    onChange: (event: { currentTarget: { value: string } }) => {
      const { value: text } = event.currentTarget;
      onChange(text === '' ? undefined : text);
    },
  };
  return field.isSecret ? (
    <PasswordInput
      {...common}
      autoComplete="new-password"
      visibilityToggleButtonProps={{ 'aria-label': `Show or hide: ${props.label}`, tabIndex: 0 }}
    />
  ) : (
    <TextInput
      {...common}
      autoComplete="off"
      spellCheck={false}
      {...(field.isAddress && { inputMode: 'url' })}
    />
  );
}

function NumberField(props: Of<'number'>): ReactElement {
  const { field, value, onChange } = props;
  return (
    <NumberInput
      {...wordsOf(props)}
      value={typeof value === 'number' ? value : ''}
      allowDecimal={!field.isWhole}
      hideControls
      onChange={(next) => {
        onChange(next === '' ? undefined : Number(next));
      }}
    />
  );
}

function ChoiceField(props: Of<'choice'>): ReactElement {
  const { field, value, onChange, isRequired } = props;
  const usual = inWords(field.fallback);
  const known = field.options.findIndex((option) => option === value);
  const { description, ...words } = wordsOf(props);
  return (
    <NativeSelect
      {...words}
      description={field.description ?? (props.isStored ? description : undefined)}
      value={known === -1 ? '' : String(known)}
      data={[
        {
          value: '',
          label: usual === null ? (isRequired ? 'Choose' : 'Not set') : `As usual: ${usual}`,
        },
        ...field.options.map((option, index) => ({ value: String(index), label: String(option) })),
      ]}
      onChange={(event) => {
        const { value: chosen } = event.currentTarget;
        onChange(chosen === '' ? undefined : field.options[Number(chosen)]);
      }}
    />
  );
}

function FlagField(props: Of<'flag'>): ReactElement {
  const { field, label, value, onChange, errors, pointer } = props;
  return (
    <Switch
      label={label}
      description={field.description}
      error={errorAt(errors, pointer, 'here and below')}
      checked={typeof value === 'boolean' ? value : field.fallback === true}
      onChange={(event) => {
        onChange(event.currentTarget.checked);
      }}
    />
  );
}

const NUMBER = /^-?\d+(?:\.\d+)?$/u;

function ListField(props: Of<'list'>): ReactElement {
  const { field, value, onChange } = props;
  const entries: readonly unknown[] = Array.isArray(value) ? value : value === undefined ? [] : [value];
  const { error, placeholder, required, ...words } = wordsOf(props, 'here and below');
  const strange = field.of === 'number' ? entries.filter((entry) => typeof entry !== 'number') : [];
  const strangeError = strange.length === 0 ? null : `${strange.map(String).join(', ')}: not a number`;
  return (
    <TagsInput
      {...words}
      withAsterisk={required}
      error={error ?? strangeError}
      placeholder={entries.length === 0 ? placeholder : ''}
      splitChars={[',', ' ']}
      value={entries.map(String)}
      onChange={(texts) => {
        const next = texts.map((text) => (field.of === 'number' && NUMBER.test(text) ? Number(text) : text));
        const [only, ...others] = next;
        if (only === undefined) onChange(undefined);
        else onChange(field.oneAlone && others.length === 0 ? only : next);
      }}
    />
  );
}

function ObjectField(props: Of<'object'>): ReactElement {
  const { field, label, value, onChange, pointer, errors, isRequired } = props;
  const error = errorAt(errors, pointer, 'here');
  return (
    <Fieldset legend={label} style={{ gridColumn: '1 / -1' }}>
      <Stack gap="sm">
        {field.description !== null && <Text size="sm">{field.description}</Text>}
        {props.isStored && <Text size="sm">Stored. What is filled in here replaces all of it.</Text>}
        {error !== null && (
          <Text size="sm" c="var(--mantine-color-error)" role="alert">
            {error}
          </Text>
        )}
        <SchemaForm
          members={field.members}
          value={isDraft(value) ? value : {}}
          onChange={(next) => {
            onChange(Object.keys(next).length === 0 ? undefined : next);
          }}
          pointer={pointer}
          errors={errors}
          isOptional={!isRequired}
        />
      </Stack>
    </Fieldset>
  );
}

function NullableField(props: Of<'nullable'>): ReactElement {
  const { field, value, onChange, label } = props;
  const { title, description, fallback, example } = field;
  const isNull = value === null;
  return (
    <Stack gap={4}>
      {!isNull && (
        <Field
          {...props}
          field={{
            ...field.inner,
            title: title ?? field.inner.title,
            description: description ?? field.inner.description,
            fallback: fallback ?? field.inner.fallback,
            example: example ?? field.inner.example,
          }}
        />
      )}
      <Checkbox
        label={`${label}: none`}
        description={isNull ? description : 'Sends null, which is not the same as leaving it empty.'}
        checked={isNull}
        onChange={(event) => {
          onChange(event.currentTarget.checked ? null : undefined);
        }}
      />
    </Stack>
  );
}

/** What is said at a field. */
function wordsOf(
  { field, label, errors, pointer, isRequired, isStored }: Omit<FieldProps, 'value' | 'onChange'>,
  reach: 'here' | 'here and below' = 'here',
): {
  readonly label: string;
  readonly description: string | undefined;
  readonly placeholder: string;
  readonly error: string | null;
  readonly required: boolean;
} {
  const { fallback } = field;
  const isPlain = typeof fallback === 'string' || typeof fallback === 'number';
  const notes = [
    isStored && 'Stored; leave it empty to keep it.',
    field.description,
    isPlain && `Left empty: ${fallback}.`,
  ].filter((note) => typeof note === 'string');
  return {
    label,
    description: notes.length === 0 ? undefined : notes.join(' '),
    placeholder: isStored ? '••••••••' : field.example === null ? '' : `for example ${field.example}`,
    error: errorAt(errors, pointer, reach),
    required: isRequired,
  };
}

function withMember(draft: Draft, name: string, value: unknown): Draft {
  const others = Object.entries(draft).filter(([member]) => member !== name);
  return Object.fromEntries(value === undefined ? others : [...others, [name, value]]);
}

function isDraft(value: unknown): value is Draft {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

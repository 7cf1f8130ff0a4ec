import { randomBytes } from 'node:crypto';

import { type Needle, NeedleIndex } from './needle-index.js';

/** Where something may stand in the clear although it is planted, and why. */
export interface Allowance {
  /** Beginning of the label of what may stand there: `reference`, `webhook token`. */
  readonly label: string;
  readonly reason: string;
}

export interface Sighting {
  readonly label: string;
  /** `raw`, `base64`, `hex` … */
  readonly form: string;
  readonly where: string;
}

/**
 * Values that occur nowhere but where they were put, and a search for them in everything that somebody could read later.
 * What is found is named by its label and never shown.
 */
export class Canaries {
  readonly labels: string[] = [];
  readonly #index = new NeedleIndex();
  #phones = 0;

  /** Text of letters and digits, to be put where text of any kind goes. */
  text(label: string): string {
    return this.watch(label, `cnry${randomBytes(8).toString('hex')}`);
  }

  email(label: string): string {
    return `${this.text(label)}@mail.test`;
  }

  /**
   * A number that exists as far as anybody can tell, and does not end like one of the simulator's magic people. The national
   * part is searched for: vendors want it by itself.
   */
  phone(label: string): string {
    this.#phones += 1;
    return `+1${this.watch(label, `415${2_345_655 + this.#phones * 100}`)}`;
  }

  /** Searches from now on for a value that somebody else has made. */
  watch(label: string, value: string): string {
    this.#watch(label, needlesOf(label, value));
    return value;
  }

  /** Likewise, for what is no text: a key. */
  watchBytes(label: string, value: Buffer): void {
    const hex = Buffer.from(value.toString('hex'));
    this.#watch(label, [
      { label, form: 'raw', bytes: value, anyCase: false },
      { label, form: 'hex', bytes: hex, anyCase: true },
      ...base64Of(label, value),
    ]);
  }

  #watch(label: string, needles: readonly Needle[]): void {
    this.labels.push(label);
    for (const needle of needles) this.#index.add(needle);
  }

  /** Where which canaries stand in `content`, also inside bytes that it shows as hex or base64. */
  search(where: string, content: string | Buffer, allowed: readonly Allowance[] = []): readonly Sighting[] {
    const found = this.#index.in(typeof content === 'string' ? Buffer.from(content) : content);
    return [...found]
      .filter(({ label }) => !allowed.some((allowance) => label.startsWith(allowance.label)))
      .map(({ label, form }) => ({ label, form, where }));
  }
}

/** Any case of the text itself, of its hex and its escapes; base64 has only one, but three, by where the text begins. */
function needlesOf(label: string, value: string): readonly Needle[] {
  const bytes = Buffer.from(value);
  const everyPercent = [...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
  const everyEscape = Array.from(
    value,
    (unit) => `\\u${(unit.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  ).join('');
  const anyCase: readonly (readonly [form: string, text: string])[] = [
    ['raw', value],
    ['hex', bytes.toString('hex')],
    ['URL-encoded', encodeURIComponent(value)],
    ['URL-encoded, every byte', everyPercent],
    ['form-encoded', new URLSearchParams({ a: value }).toString().slice(2)],
    ['JSON-escaped', JSON.stringify(value).slice(1, -1)],
    ['JSON-escaped, every character', everyEscape],
  ];
  const needles: readonly Needle[] = [
    ...base64Of(label, bytes),
    ...anyCase.map(([form, text]) => ({
      label,
      form,
      bytes: Buffer.from(asciiLower(text)),
      anyCase: true,
    })),
  ];
  // Of those that look the same, the first: `raw` says more than `URL-encoded`.
  return [
    ...new Map([...needles].reverse().map((needle) => [needle.bytes.toString('latin1'), needle])).values(),
  ];
}

function base64Of(label: string, bytes: Buffer): readonly Needle[] {
  return [0, 1, 2].flatMap((offset) => {
    const shifted = Buffer.concat([Buffer.alloc(offset), bytes]);
    // Without the characters at both ends that the neighbours have a part in.
    const start = Math.ceil((offset * 8) / 6);
    const end = Math.floor((shifted.length * 8) / 6);
    const plain = shifted.toString('base64').slice(start, end);
    const forUrls = shifted.toString('base64url').slice(start, end);
    return [
      { label, form: 'base64', bytes: Buffer.from(plain), anyCase: false },
      ...(forUrls === plain
        ? []
        : [{ label, form: 'base64url', bytes: Buffer.from(forUrls), anyCase: false }]),
    ];
  });
}

function asciiLower(text: string): string {
  return text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
}

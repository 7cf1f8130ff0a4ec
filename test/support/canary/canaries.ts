import { randomBytes } from 'node:crypto';

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

interface Needle {
  readonly form: string;
  readonly text: string;
  readonly anyCase: boolean;
}

interface Canary {
  readonly label: string;
  readonly needles: readonly Needle[];
}

/**
 * Values that occur nowhere but where they were put, and a search for them in everything that somebody could read later.
 * What is found is named by its label and never shown.
 */
export class Canaries {
  readonly #canaries: Canary[] = [];
  #phones = 0;

  get labels(): readonly string[] {
    return this.#canaries.map(({ label }) => label);
  }

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
    this.#canaries.push({ label, needles: needlesOf(value) });
    return value;
  }

  /** Where which canaries stand in `text`, also inside bytes that it shows as hex or base64. */
  search(where: string, text: string, allowed: readonly Allowance[] = []): readonly Sighting[] {
    const lower = text.toLowerCase();
    return this.#canaries
      .filter(({ label }) => !allowed.some((allowance) => label.startsWith(allowance.label)))
      .flatMap(({ label, needles }) =>
        needles
          .filter(({ text: needle, anyCase }) => (anyCase ? lower : text).includes(needle))
          .map(({ form }) => ({ label, form, where })),
      );
  }
}

/** Any case of the text itself, of its hex and its escapes; base64 has only one, but three, by where the text begins. */
function needlesOf(value: string): readonly Needle[] {
  const bytes = Buffer.from(value);
  const percent = encodeURIComponent(value);
  const everyPercent = [...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
  const escaped = JSON.stringify(value).slice(1, -1);
  const everyEscape = Array.from(
    value,
    (unit) => `\\u${(unit.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  ).join('');
  const anyCase: readonly (readonly [form: string, text: string])[] = [
    ['raw', value],
    ['hex', bytes.toString('hex')],
    ['URL-encoded', percent],
    ['URL-encoded, every byte', everyPercent],
    ['form-encoded', new URLSearchParams({ a: value }).toString().slice(2)],
    ['JSON-escaped', escaped],
    ['JSON-escaped, every character', everyEscape],
  ];
  const encoded = [0, 1, 2].flatMap((offset) => {
    const shifted = Buffer.concat([Buffer.alloc(offset), bytes]);
    // Without the characters at both ends that the neighbours have a part in.
    const start = Math.ceil((offset * 8) / 6);
    const end = Math.floor((shifted.length * 8) / 6);
    return [
      ['base64', shifted.toString('base64').slice(start, end)] as const,
      ['base64url', shifted.toString('base64url').slice(start, end)] as const,
    ];
  });
  const needles: readonly Needle[] = [
    ...encoded.map(([form, text]) => ({ form, text, anyCase: false })),
    ...anyCase.map(([form, text]) => ({ form, text: text.toLowerCase(), anyCase: true })),
  ];
  // Of those that look the same, the first: `raw` says more than `URL-encoded`.
  return [...new Map([...needles].reverse().map((needle) => [needle.text, needle])).values()];
}

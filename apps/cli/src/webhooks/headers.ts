import { misuse } from '../failure.js';

/** Header fields by their names in lower case. */
export type Headers = ReadonlyMap<string, string>;

/** Header fields as they were stored: a JSON object, or lines of `name: value` (a request line above them is passed over). */
export function parseHeaders(text: string): Headers {
  return text.trimStart().startsWith('{') ? fromJson(text) : fromLines(text.split(/\r?\n/));
}

/** Lines of `name: value`. Throws Failure for what is none. */
export function fromLines(lines: readonly string[]): Headers {
  const isRequestLine = (line: string): boolean => /^(?:[A-Z]+ \S+ HTTP|HTTP)\/\d/.test(line);
  return new Map(
    lines
      .map((line) => line.trim())
      .filter((line) => line !== '' && !isRequestLine(line))
      .map((line) => {
        const colon = line.indexOf(':');
        // The line itself may be anything, a secret included.
        if (colon < 1) throw misuse('A header field is not of the form “name: value”.');
        return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
      }),
  );
}

function fromJson(text: string): Headers {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw misuse('The header fields are neither JSON nor lines of “name: value”.');
  }
  const fields = Object.entries(value as object);
  return new Map(
    fields.map(([name, field]: [string, unknown]) => {
      const first: unknown = Array.isArray(field) ? field[0] : field;
      if (typeof first !== 'string') throw misuse('A header field of the JSON is no text.');
      return [name.toLowerCase(), first];
    }),
  );
}

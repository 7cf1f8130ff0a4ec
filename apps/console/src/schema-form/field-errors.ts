import { type FieldError } from '../api/problem.js';

/** One step of a JSON Pointer (RFC 6901). */
export function stepInto(pointer: string, name: string): string {
  return `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** What is wrong at a place, or below it where nothing below is drawn. Null: nothing. */
export function errorAt(
  errors: readonly FieldError[],
  pointer: string,
  reach: 'here' | 'here and below',
): string | null {
  const found = errors.filter(
    (error) =>
      error.pointer === pointer || (reach === 'here and below' && error.pointer.startsWith(`${pointer}/`)),
  );
  return found.length === 0 ? null : found.map(({ detail }) => detail).join('; ');
}

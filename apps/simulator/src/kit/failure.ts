/** What a thrown value says, looked at by shape: errors of Node's own fetch need not be of this realm's `Error`. */
export function failureText(thrown: unknown): string {
  const message = property(thrown, 'message');
  return typeof message === 'string' ? message : String(thrown);
}

/** A member of an unknown value, or undefined. */
export function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

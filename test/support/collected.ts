/**
 * Tries each item, and throws in the end with everything that went wrong, not with the first: one run of a wide test shows the
 * whole extent of a defect.
 */
export async function collected<T>(
  items: readonly T[],
  nameOf: (item: T) => string,
  run: (item: T) => Promise<unknown>,
): Promise<void> {
  const failures: string[] = [];
  for (const item of items) {
    try {
      await run(item);
    } catch (error) {
      failures.push(`[${nameOf(item)}] ${messageOf(error)}`);
    }
  }
  if (failures.length > 0) throw new Error(failures.join('\n\n'));
}

/** fast-check keeps what went wrong in the cause. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}\n${messageOf(error.cause)}` : error.message;
}

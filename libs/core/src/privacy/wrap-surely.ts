import { type MasterKey, MasterKeyUnavailable, SealError } from '@gatehouse/platform';

/**
 * Wraps a key for the place of one that is then gone or no longer used, and sees that it opens to the same key: a keeper that is out of
 * order must not cost a tenant's data. Throws MasterKeyUnavailable.
 */
export async function wrapSurely(by: MasterKey, key: Buffer, context: string): Promise<Buffer> {
  const wrapped = await by.wrap(key, context);
  const opened = await by.unwrap(wrapped, context).catch((error: unknown) => {
    if (error instanceof SealError) return null;
    throw error;
  });
  if (opened?.export().equals(key) !== true) throw new MasterKeyUnavailable('unreadable_answer');
  return wrapped;
}

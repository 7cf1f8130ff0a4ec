import { type VendorAccount } from './vendor-accounts.js';

/** Statuses of the vendor's answers to calls whose path ends with `path`, oldest first; null for one that is not answered. */
export async function answersOf(
  account: VendorAccount,
  path: string,
  method = 'POST',
): Promise<readonly (number | null)[]> {
  // As the simulator's journal has it.
  const { data } = (await account.control('GET', '/requests')) as {
    data: { method: string; path: string; responseStatus: number | null }[];
  };
  return data
    .filter((entry) => entry.method === method && entry.path.endsWith(path))
    .map((entry) => entry.responseStatus);
}

/** How many people, or with Dentity text messages, there are at the vendor. */
export async function countAt(account: VendorAccount): Promise<number> {
  const path = account.provider === 'dentity' ? '/messages' : '/people';
  const { data } = (await account.control('GET', path)) as { data: unknown[] };
  return data.length;
}

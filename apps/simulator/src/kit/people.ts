import { createHash } from 'node:crypto';

/** Somebody who does not exist, so that results have something to say. */
export interface InventedPerson {
  readonly firstName: string;
  readonly lastName: string;
  readonly gender: 'male' | 'female';
  readonly dateOfBirth: string;
  /** ISO 3166-1 alpha-3. */
  readonly nationality: string;
  readonly address: {
    readonly street: string;
    readonly city: string;
    readonly region: string;
    readonly postalCode: string;
  };
  /** Seven digits for document numbers. */
  readonly number: string;
}

const NAMES: readonly (readonly [string, string, InventedPerson['gender'], string])[] = [
  ['Omar', 'Haddad', 'male', 'JOR'],
  ['Layla', 'Mansour', 'female', 'ARE'],
  ['Ana', 'Ruiz', 'female', 'USA'],
  ['Li', 'Wei', 'male', 'SGP'],
  ['Zoë', 'Lindqvist', 'female', 'SWE'],
  ['Yusuf', 'Demir', 'male', 'TUR'],
  ['Amina', 'Okafor', 'female', 'NGA'],
  ['Tomás', 'Pereira', 'male', 'PRT'],
];

const ADDRESSES: readonly InventedPerson['address'][] = [
  { street: '9 Elm St', city: 'Reno', region: 'NV', postalCode: '89501' },
  { street: '12 Harbor Rd', city: 'Portland', region: 'OR', postalCode: '97205' },
  { street: '41 Mesa Ave', city: 'Austin', region: 'TX', postalCode: '78701' },
];

/** The same seed (an e-mail, a phone) always gives the same person; all are adults. */
export function inventPerson(seed: string): InventedPerson {
  const hash = createHash('sha256').update(seed).digest();
  const [firstName, lastName, gender, nationality] = pick(NAMES, hash.readUInt16BE(0));
  const year = 1960 + (hash.readUInt8(4) % 40);
  const month = 1 + (hash.readUInt8(5) % 12);
  const day = 1 + (hash.readUInt8(6) % 28);
  return {
    firstName,
    lastName,
    gender,
    nationality,
    dateOfBirth: `${year}-${twoDigits(month)}-${twoDigits(day)}`,
    address: pick(ADDRESSES, hash.readUInt16BE(2)),
    number: String(hash.readUInt32BE(8) % 10_000_000).padStart(7, '0'),
  };
}

function pick<T>(list: readonly T[], index: number): T {
  const chosen = list[index % list.length];
  if (chosen === undefined) throw new Error('nothing to pick from');
  return chosen;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

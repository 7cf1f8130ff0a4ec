import { MAGIC_PEOPLE, type MagicWord } from '../../apps/simulator/src/kit/magic.js';
import { type CreateRequest, createRequest } from '../support/people.js';
import { type Dice } from './dice.js';

/** What somebody does at the provider's page, once they can. A magic person is played by the twin. */
export type Wish = 'pass' | 'pass-doubtfully' | 'fail' | 'be-reviewed' | 'be-reviewed-and-pass' | 'walk-away';

/** One who is to be verified, invented. */
export interface Person {
  /** The caller's own name for the verification. */
  readonly reference: string;
  readonly idempotencyKey: string;
  readonly email: string;
  readonly phone: string;
  readonly request: CreateRequest;
  readonly magic: MagicWord | null;
  readonly wish: Wish;
  /** When the caller asks for their verification, from the beginning of the storm. */
  readonly arrivesMs: number;
  /** How long they take. */
  readonly thinksMs: number;
  /** Whether their browser is still open at the end, to come back by the return address. */
  readonly comesBack: boolean;
}

/** Nobody's names: to be found in a log they would have to have been written there. */
export const FIRST_NAME = 'Zyxandra';
export const LAST_NAME = 'Quorvelle';

const MAGIC: readonly (readonly [MagicWord, number])[] = [
  ['approve', 8],
  ['reject', 3],
  ['review', 3],
  ['draft', 2],
  ['undeliverable', 1],
  ['medium-risk', 1],
  ['high-risk', 1],
  ['walk-away', 1],
];
const WISHES: readonly (readonly [Wish, number])[] = [
  ['pass', 9],
  ['pass-doubtfully', 1],
  ['fail', 3],
  ['be-reviewed', 1],
  ['be-reviewed-and-pass', 1],
  ['walk-away', 3],
];
const MAGIC_SHARE = 0.25;
const AREAS = ['212', '310', '312', '404', '415', '512', '602', '617', '702', '713'];

export interface Pace {
  /** The first comes at once, the last after so long. */
  readonly arrivalsMs: number;
  /** How long a person takes at most. */
  readonly personMs: number;
}

export function castOf(count: number, run: string, dice: Dice, pace: Pace): readonly Person[] {
  return Array.from({ length: count }, (_, index) => ({
    ...personOf(index, run, dice, pace),
    arrivesMs: (pace.arrivalsMs * index) / count,
  }));
}

function personOf(index: number, run: string, dice: Dice, pace: Pace): Omit<Person, 'arrivesMs'> {
  const magic = dice.happens(MAGIC_SHARE) ? dice.weighted(MAGIC) : null;
  const tag = magic === null ? '' : `+${magic}`;
  const email = `zyx.quorvelle.${run}.${index}${tag}@mail.test`;
  const phone = phoneOf(index, magic);
  const reference = `chaos-${run}-${index}`;
  return {
    reference,
    idempotencyKey: `${reference}-key`,
    email,
    phone,
    request: createRequest({
      subject: { email, phone, firstName: FIRST_NAME, lastName: LAST_NAME },
      reference,
    }),
    magic,
    wish: dice.weighted(WISHES),
    thinksMs: dice.between(0, pace.personMs),
    comesBack: dice.happens(0.6),
  };
}

/** Each number once, and only a magic person's ends as the twins' magic numbers do: in 900 to 999. */
function phoneOf(index: number, magic: MagicWord | null): string {
  const ending =
    MAGIC_PEOPLE.find(({ word }) => word === magic)?.digits ?? String(index % 900).padStart(3, '0');
  const rest = magic === null ? Math.floor(index / 900) : index;
  const area = AREAS[rest % 10] ?? '415';
  const exchange = 550 + (Math.floor(rest / 10) % 10);
  return `+1${area}${exchange}${Math.floor(rest / 100) % 10}${ending}`;
}

import { Dice } from '../../test/chaos/dice.js';

const DRAWS = 50;

/**
 * Round after round, in which order all have their turns: of some orders drawn by chance each time the one whose neighbours have followed
 * each other least, so that what one leaves PostgreSQL to do falls now on this one, now on that. The same in each run.
 */
export function ordersOf<T extends string>(all: readonly T[], rounds: number): readonly (readonly T[])[] {
  const dice = new Dice('orders');
  const followed = new Map<string, number>();
  const orders: (readonly T[])[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const last = orders.at(-1)?.at(-1) ?? '';
    const pairsOf = (order: readonly T[]): readonly string[] =>
      order.map((name, place) => `${order[place - 1] ?? last} ${name}`);
    const known = (order: readonly T[]): number =>
      pairsOf(order).reduce((sum, pair) => sum + (followed.get(pair) ?? 0), 0);
    const drawn = Array.from({ length: DRAWS }, () => shuffled(all, dice));
    const best = drawn.reduce((least, order) => (known(order) < known(least) ? order : least));
    for (const pair of pairsOf(best)) followed.set(pair, (followed.get(pair) ?? 0) + 1);
    orders.push(best);
  }
  return orders;
}

function shuffled<T>(all: readonly T[], dice: Dice): readonly T[] {
  return all
    .map((one) => ({ one, place: dice.fraction() }))
    .sort((a, b) => a.place - b.place)
    .map(({ one }) => one);
}

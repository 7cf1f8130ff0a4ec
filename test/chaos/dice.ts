import { seededFractions } from '../../apps/simulator/src/kit/chance.js';

/** Decisions that are the same for the same seed. A branch of its own for each who decides, so that who is faster changes nothing. */
export class Dice {
  readonly #seed: string;
  #thrown = 0;

  constructor(seed: string) {
    this.#seed = seed;
  }

  branch(name: string): Dice {
    return new Dice(`${this.#seed}/${name}`);
  }

  /** From 0 up to 1. */
  fraction(): number {
    this.#thrown += 1;
    const [fraction = 0] = seededFractions(`${this.#seed}#${this.#thrown}`, 1);
    return fraction;
  }

  happens(probability: number): boolean {
    return this.fraction() < probability;
  }

  between(low: number, high: number): number {
    return low + this.fraction() * (high - low);
  }

  whole(below: number): number {
    return Math.floor(this.fraction() * below);
  }

  pick<T>(list: readonly T[]): T {
    const chosen = list[this.whole(list.length)];
    if (chosen === undefined) throw new Error('nothing to pick from');
    return chosen;
  }

  /** One of `choices`, each as likely as its weight says. */
  weighted<T>(choices: readonly (readonly [T, number])[]): T {
    const total = choices.reduce((sum, [, weight]) => sum + weight, 0);
    let left = this.fraction() * total;
    for (const [choice, weight] of choices) {
      left -= weight;
      if (left < 0) return choice;
    }
    throw new Error('nothing to choose from');
  }
}

import { randomBytes } from 'node:crypto';

/** Randomness, as an argument. Never used for nonces, which `crypto/` draws from the system itself. */
export abstract class RandomSource {
  /** `count` bytes, each equally likely. */
  abstract bytes(count: number): Buffer;
  /** A number in [0, 1), for jitter. */
  abstract fraction(): number;
}

export class SystemRandom extends RandomSource {
  override bytes(count: number): Buffer {
    return randomBytes(count);
  }

  override fraction(): number {
    return Math.random();
  }
}

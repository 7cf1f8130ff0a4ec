import { Clock } from '@gatehouse/platform';

/** The computer's time, and what a test has put it forward by. */
export class MovableClock extends Clock {
  #aheadMs = 0;

  override now(): Date {
    return new Date(Date.now() + this.#aheadMs);
  }

  forward(seconds: number): void {
    this.#aheadMs += seconds * 1000;
  }
}

/**
 * Wakes a loop of this process after a commit, so that it need not wait for its next poll. A wake-up that comes while the loop is at
 * work is not lost: the next wait ends at once. For one loop.
 */
export class Wakeup {
  #isWoken = false;
  #endWait: () => void = () => undefined;

  wake(): void {
    this.#isWoken = true;
    this.#endWait();
  }

  /** Until somebody wakes us, or has done so since the last wait; for `pollMs` at most. */
  async wait(pollMs: number): Promise<void> {
    if (!this.#isWoken) {
      await new Promise<void>((resolve) => {
        const poll = setTimeout(resolve, pollMs);
        this.#endWait = () => {
          clearTimeout(poll);
          resolve();
        };
      });
    }
    this.#isWoken = false;
  }
}

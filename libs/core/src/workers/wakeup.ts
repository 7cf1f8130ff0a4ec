/** Wakes the workers of this process after a commit, so that they need not wait for their next poll. */
export class Wakeup {
  #listener: (() => void) | null = null;

  wake(): void {
    this.#listener?.();
  }

  listen(listener: (() => void) | null): void {
    this.#listener = listener;
  }
}

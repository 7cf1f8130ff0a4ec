import { type SignalRow } from './signal.rows.js';

/** How many may wait: what is applied in a fraction of a second. Of more than that, whoever is free takes the rest. */
const ROOM = 256;
/** Ten times as long as they wait here; where this process ends, others have them after it. */
const LEASE_MS = 5_000;

/**
 * Webhooks from where they are stored to where they are applied, within this process: claimed as they are stored, they need not be looked
 * for. What is handed over and not applied is due when its lease has run out, wherever this process is then.
 */
export class Handover {
  /** Whether more is due already than is applied at once, or some found no room: who came first goes first. */
  isBehind = false;
  #isOpen = false;
  #handed: SignalRow[] = [];

  /** From now on somebody takes what is handed over. */
  open(): void {
    this.#isOpen = true;
  }

  close(): void {
    this.#isOpen = false;
  }

  /** Until when a webhook that is stored now is claimed for whoever takes it here; null: whoever looks first has it. */
  leaseFrom(now: Date): Date | null {
    this.isBehind ||= this.#handed.length >= ROOM;
    return this.#isOpen && !this.isBehind ? new Date(now.getTime() + LEASE_MS) : null;
  }

  give(signal: SignalRow): void {
    this.#handed.push(signal);
  }

  take(limit: number): readonly SignalRow[] {
    return this.#handed.splice(0, limit);
  }
}

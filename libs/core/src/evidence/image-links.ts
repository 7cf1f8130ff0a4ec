import { type ImageLink } from '@gatehouse/contract';
import { type Clock } from '@gatehouse/platform';

/** More than webhooks bring in a minute at the load one process can take. */
const MAX_VERIFICATIONS = 10_000;

interface Kept {
  readonly links: readonly ImageLink[];
  readonly until: number;
}

/**
 * Addresses of images that work for about a minute. Whoever has one has the image, so they are in the memory of the process
 * that received them and nowhere else: not in the database, not in a log. A request for such an image has to reach
 * that process in time (docs/decisions/2026-11-24-bytes-pass-through.md).
 */
export class ImageLinks {
  readonly #kept = new Map<string, Kept>();

  constructor(private readonly clock: Clock) {}

  put(tenantId: string, verificationId: string, links: readonly ImageLink[]): void {
    if (links.length === 0) return;
    this.#forgetExpired();
    const seconds = Math.min(...links.map(({ lifetimeSeconds }) => lifetimeSeconds));
    const key = keyOf(tenantId, verificationId);
    // Put anew, so that the map stays in the order in which entries came.
    this.#kept.delete(key);
    this.#kept.set(key, { links, until: this.clock.now().getTime() + seconds * 1000 });
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MAX_VERIFICATIONS && oldest !== undefined) this.#kept.delete(oldest);
  }

  /** What still works, as far as we can tell; the provider has the last word. */
  of(tenantId: string, verificationId: string): readonly ImageLink[] {
    this.#forgetExpired();
    return this.#kept.get(keyOf(tenantId, verificationId))?.links ?? [];
  }

  #forgetExpired(): void {
    const now = this.clock.now().getTime();
    for (const [key, { until }] of this.#kept) if (until <= now) this.#kept.delete(key);
  }
}

function keyOf(tenantId: string, verificationId: string): string {
  return `${tenantId}/${verificationId}`;
}

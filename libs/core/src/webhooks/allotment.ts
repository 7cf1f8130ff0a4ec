/** What is due goes first when it is new (0), then what was tried before or is replayed (1). */
export const TURNS = [0, 1] as const;
export type Turn = (typeof TURNS)[number];

/** An endpoint for which something is due. */
export interface Queue {
  readonly tenantId: string;
  readonly endpointId: string;
  /** None of its attempts has succeeded for a while. */
  readonly isFailing: boolean;
}

/** Attempts under way, of this process. */
export interface UnderWay {
  readonly total: number;
  readonly failing: number;
  readonly ofTenant: (tenantId: string) => number;
  readonly ofEndpoint: (endpointId: string) => number;
  /** How many more may be claimed for an endpoint before there is a place for them. */
  readonly aheadOf: (endpointId: string) => number;
}

export interface Allotted {
  readonly queue: Queue;
  readonly take: number;
}

/** What one process has under way at once: sockets that wait cost little. */
const IN_ALL = 512;
/** So that one tenant's endpoints cannot take the places of the others'. */
const OF_A_TENANT = 128;
export const OF_AN_ENDPOINT = 16;
/**
 * Claimed ahead for an endpoint: what it takes within so long, by how quick it was. Places come free by the millisecond, a claim takes
 * several, and one of many costs little more than one of a few.
 */
const AHEAD_MS = 100;
const MOST_AHEAD = OF_A_TENANT - OF_AN_ENDPOINT;
/** One that fails is asked by one message at a time, and all such together have half of the places. */
const OF_A_FAILING_ENDPOINT = 1;
const OF_FAILING_ONES = IN_ALL / 2;

/** What is tried again never takes the last places: there are always some for what is new. */
const SHARE_OF_RETRIES = 3 / 4;

/** How many may wait for a place at an endpoint that answers in so long on average; null: not known. Pure. */
export function ahead(answersInMs: number | null): number {
  if (answersInMs === null) return 0;
  return Math.min(MOST_AHEAD, Math.floor((OF_AN_ENDPOINT * AHEAD_MS) / Math.max(1, answersInMs)));
}

/**
 * How many deliveries of which queue may begin now: in turn, one of each, until nothing is free. So an endpoint that takes its time
 * keeps its own places and no other's. Where an endpoint has all of its own, some are claimed ahead. Pure.
 */
export function allot(queues: readonly Queue[], underWay: UnderWay, turn: Turn): readonly Allotted[] {
  const share = turn === 0 ? 1 : SHARE_OF_RETRIES;
  const takes = new Map<Queue, number>(queues.map((queue) => [queue, 0]));
  const ofTenant = new Map<string, number>();
  let free = IN_ALL * share - underWay.total;
  let freeForFailing = OF_FAILING_ONES - underWay.failing;
  let open = [...queues];
  while (free > 0 && open.length > 0) {
    open = open.filter((queue) => {
      const take = takes.get(queue) ?? 0;
      const tenants = ofTenant.get(queue.tenantId) ?? underWay.ofTenant(queue.tenantId);
      const most = queue.isFailing ? OF_A_FAILING_ENDPOINT : OF_AN_ENDPOINT * share;
      const isFull =
        free <= 0 ||
        tenants >= OF_A_TENANT * share ||
        underWay.ofEndpoint(queue.endpointId) + take >= most ||
        (queue.isFailing && freeForFailing <= 0);
      if (isFull) return false;
      takes.set(queue, take + 1);
      ofTenant.set(queue.tenantId, tenants + 1);
      free -= 1;
      if (queue.isFailing) freeForFailing -= 1;
      return true;
    });
  }
  for (const [queue, take] of takes) {
    const hasAllPlaces = underWay.ofEndpoint(queue.endpointId) + take >= OF_AN_ENDPOINT * share;
    if (hasAllPlaces && !queue.isFailing)
      takes.set(queue, take + Math.floor(underWay.aheadOf(queue.endpointId) * share));
  }
  return [...takes].filter(([, take]) => take > 0).map(([queue, take]) => ({ queue, take }));
}

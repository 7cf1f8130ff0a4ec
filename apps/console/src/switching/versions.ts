import { type PolicyVersion } from './policy.js';

/** The versions of a place, read at one time, from the newest to the one in force at least. */
export interface Versions {
  readonly newestFirst: readonly PolicyVersion[];
  readonly inForce: PolicyVersion | null;
  /** Accepted and still to come, the next one first. */
  readonly scheduled: readonly PolicyVersion[];
  readonly proposals: readonly PolicyVersion[];
  /** The newest accepted one, which `If-Match` compares with; 0: none yet. */
  readonly accepted: number;
  /** Where older ones begin. */
  readonly nextCursor: string | null;
}

const ACCEPTED: readonly PolicyVersion['state'][] = ['in_force', 'scheduled', 'superseded'];

export function versionsOf(newestFirst: readonly PolicyVersion[], nextCursor: string | null): Versions {
  const inState = (state: PolicyVersion['state']): PolicyVersion[] =>
    newestFirst.filter((version) => version.state === state);
  return {
    newestFirst,
    nextCursor,
    inForce: inState('in_force')[0] ?? null,
    scheduled: inState('scheduled')
      .filter((version) => willCome(version, newestFirst))
      .reverse(),
    proposals: inState('proposed'),
    accepted: newestFirst.find(isAccepted)?.version ?? 0,
  };
}

export function isAccepted({ state }: PolicyVersion): boolean {
  return ACCEPTED.includes(state);
}

/** When it was accepted: a proposal by whoever approved it, all else by its author. */
export function acceptedAt({ decidedAt, at }: PolicyVersion): string {
  return decidedAt ?? at;
}

/** A proposal that cannot be approved any more, because another version was accepted after it was made. */
export function isOvertaken(proposal: PolicyVersion, versions: readonly PolicyVersion[]): boolean {
  return versions.some(
    (other) => isAccepted(other) && Date.parse(acceptedAt(other)) > Date.parse(proposal.at),
  );
}

/** Whether an accepted version comes, or came, into force: a later one that holds no later than it does takes its place. */
export function willCome(version: PolicyVersion, versions: readonly PolicyVersion[]): boolean {
  const from = beginning(version);
  return !versions.some(
    (other) => isAccepted(other) && other.version > version.version && beginning(other) <= from,
  );
}

function beginning(version: PolicyVersion): number {
  const accepted = Date.parse(acceptedAt(version));
  const { effectiveAt } = version.policy;
  return effectiveAt === null ? accepted : Math.max(accepted, Date.parse(effectiveAt));
}

import { type Policy, type PolicyVersion } from './policy.js';

/** What somebody is told before a policy is sent. */
export interface Consequences {
  readonly changes: readonly string[];
  readonly stays: readonly string[];
}

const STAYS: readonly string[] = [
  'Verifications under way stay with the provider they began with.',
  'Callers change nothing: the same requests, keys and webhooks.',
  'Connections and their credentials stay as they are.',
];

/** What will change when a policy is sent, and what will not. `moment` writes a time for the reader. */
export function consequencesOf(
  policy: Pick<Policy, 'effectiveAt'>,
  scheduled: readonly PolicyVersion[],
  isProposal: boolean,
  moment: (at: string) => string,
): Consequences {
  const { effectiveAt } = policy;
  const atOnce = isProposal ? 'from its approval on' : 'at once';
  const start = effectiveAt === null ? atOnce : `from ${moment(effectiveAt)} on`;
  const overtaken = scheduled.filter(
    ({ policy: other }) =>
      other.effectiveAt !== null &&
      (effectiveAt === null || Date.parse(effectiveAt) <= Date.parse(other.effectiveAt)),
  );
  return {
    changes: [
      ...(isProposal
        ? ['It becomes a proposal: nothing changes before a second person approves it, within seven days.']
        : []),
      `New verifications go by this policy ${start}; every replica follows within a second.`,
      ...overtaken.map(
        ({ version, policy: other }) =>
          `Version ${version}, planned for ${moment(other.effectiveAt ?? '')}, will not come into force.`,
      ),
    ],
    stays: STAYS,
  };
}

import { type Explanation } from '@gatehouse/core';
import { toTypeId } from '@gatehouse/platform';

import { type Plain } from '../../http/plain.js';
import { toPublicActor } from '../../http/public-actor.js';
import { narrate } from './explanation.narration.js';
import { type ExplanationLinkView, type ExplanationView } from './explanation.view.js';

export function toExplanationView(explanation: Explanation): Plain<ExplanationView> {
  const { policyVersion, reason, record } = explanation.routing;
  return {
    object: 'explanation',
    verificationId: toTypeId('ver', explanation.id),
    status: explanation.status,
    reasonCodes: [...explanation.reasonCodes],
    version: explanation.version,
    provider: explanation.provider,
    routing: {
      policyVersion,
      reason,
      rule: record?.rule ?? null,
      skipped: (record?.skipped ?? []).map((one) => ({ ...one })),
      attempts: (record?.attempts ?? []).map((one) => ({ ...one })),
    },
    mappingVersion: explanation.mappingVersion,
    chain: explanation.chain.map(toLinkView),
    isComplete: explanation.isComplete,
    summary: [...narrate(explanation)],
  };
}

/** The summary as a page of text. */
export function toExplanationText(explanation: Explanation): string {
  const lines = [`Verification ${toTypeId('ver', explanation.id)}`, '', ...narrate(explanation)];
  return `${lines.join('\n')}\n`;
}

function toLinkView(link: Explanation['chain'][number]): Plain<ExplanationLinkView> {
  return {
    ...link,
    at: link.at.toISOString(),
    actor: toPublicActor(link.actor),
    reasonCodes: link.reasonCodes === null ? null : [...link.reasonCodes],
  };
}

import { type Verification } from '@gatehouse/sdk';

import { type Session } from '../session.js';
import { type Fact } from '../terminal/facts.js';
import { moment } from '../terminal/moments.js';
import { paintStatus, shown } from '../terminal/paint.js';

/** Tells a verification. Its person is masked by the gateway; the link is for them and has to be told. */
export function tellVerification({ printer, paint, now }: Session, verification: Verification): void {
  const { id, status, reasonCodes, provider, subject, action, delivery, validity, evidence } = verification;
  const details: readonly Fact[] = [
    ['id', id],
    ['status', [paintStatus(paint, status), ...reasonCodes.map((code) => paint('dim', code))].join('  ')],
    ['provider', told(provider.name, provider.reference)],
    ['provider says', provider.rawStatus === null ? null : told(provider.rawStatus, `by ${provider.source}`)],
    ['reference', verification.reference === null ? null : shown(verification.reference)],
    [
      'person',
      [subject.email, subject.phone]
        .flatMap((contact) => (contact == null ? [] : [shown(contact)]))
        .join(', ') || null,
    ],
    ['checks', verification.checks.map(shown).join(', ')],
    [
      'documents',
      verification.documentTypes.length === 0 ? null : verification.documentTypes.map(shown).join(', '),
    ],
    ['next', nextOf(action)],
    [
      'message',
      delivery === null ? null : `${delivery.channel} ${delivery.state}, ${moment(delivery.at, now) ?? ''}`,
    ],
    [
      'document expires',
      validity?.documentExpiry == null ? null : `${shown(validity.documentExpiry)} (${validity.state})`,
    ],
    ['risk', verification.riskLevel === null ? null : shown(verification.riskLevel)],
    ['evidence', evidenceWords(evidence)],
    ['attempt', verification.attempt === 1 ? null : String(verification.attempt)],
    ['before', verification.previousVerificationId],
    ['environment', verification.environment],
    ['created', moment(verification.createdAt, now)],
    ['changed', moment(verification.updatedAt, now)],
    ['completed', moment(verification.completedAt, now)],
    ['expires', verification.completedAt === null ? moment(verification.expiresAt, now) : null],
    ['erased', moment(verification.erasedAt, now)],
  ];
  printer.tell({
    json: verification,
    quiet: [id],
    text: () =>
      [
        printer.facts(details),
        ...verification.warnings.map((warning) => paint('yellow', `! ${shown(warning)}`)),
      ].join('\n'),
  });
}

function told(what: string, more: string | null): string {
  return more === null ? shown(what) : `${shown(what)} (${shown(more)})`;
}

function nextOf(action: Verification['action']): string | null {
  switch (action.type) {
    case 'redirect':
      return `open ${shown(action.url)}`;
    case 'sms':
      return `the person follows the link in the message to ${shown(action.to)}`;
    case 'none':
      return null;
  }
}

function evidenceWords({ identity, images, report }: Verification['evidence']): string | null {
  const parts = [
    ...(identity ? ['identity'] : []),
    ...(images > 0 ? [`${images} image${images === 1 ? '' : 's'}`] : []),
    ...(report ? ['report'] : []),
  ];
  return parts.length === 0 ? null : parts.join(', ');
}

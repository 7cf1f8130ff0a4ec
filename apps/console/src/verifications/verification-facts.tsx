import { type ReactElement, type ReactNode } from 'react';

import { Facts } from '../kit/facts.js';
import { Moment } from '../kit/moment.js';
import { StatusBadge } from '../kit/status-badge.js';
import { TextLink } from '../kit/text-link.js';
import { TenantLabel } from './tenant-label.js';
import { type Verification } from './verifications.query.js';

/** What there is to say of a verification in a word each. */
export function VerificationFacts({ verification }: { readonly verification: Verification }): ReactElement {
  const { provider, reasonCodes, warnings, delivery, previousVerificationId } = verification;
  return (
    <Facts
      facts={factsOf([
        ['Status', <StatusBadge key="status" status={verification.status} />],
        ['Reasons', reasonCodes.length === 0 ? null : reasonCodes.join(', ').replaceAll('_', ' ')],
        [
          'Tenant',
          <span key="tenant">
            <TenantLabel id={verification.tenantId} /> · {verification.environment}
          </span>,
        ],
        ['Provider', `${provider.name} (${provider.source})`],
        ['Provider’s own status', provider.rawStatus],
        ['Provider’s reference', provider.reference],
        ['Reference', verification.reference],
        ['Checks', verification.checks.join(', ')],
        ['Risk', verification.riskLevel],
        ['Attempt', verification.attempt],
        ['Version', verification.version],
        ['Message', delivery === null ? null : `${delivery.channel}: ${delivery.state}`],
        ['Begun', <Moment key="begun" at={verification.createdAt} />],
        ['Changed', <Moment key="changed" at={verification.updatedAt} />],
        ['Completed', <Moment key="completed" at={verification.completedAt} />],
        ['Expires', <Moment key="expires" at={verification.expiresAt} />],
        ['Warnings', warnings.length === 0 ? null : warnings.join(', ').replaceAll('_', ' ')],
        [
          'Begun again after',
          previousVerificationId === null ? null : (
            <TextLink
              key="previous"
              to="/verifications/$verificationId"
              params={{ verificationId: previousVerificationId }}
            >
              {previousVerificationId}
            </TextLink>
          ),
        ],
      ])}
    />
  );
}

/** Without those that there is nothing to say of. */
function factsOf(
  facts: readonly (readonly [string, ReactNode])[],
): readonly (readonly [string, ReactNode])[] {
  return facts.filter(([, value]) => value !== null);
}

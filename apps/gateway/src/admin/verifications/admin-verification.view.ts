import { type Page, type Verification } from '@gatehouse/core';
import { toTypeId } from '@gatehouse/platform';
import { ApiProperty } from '@nestjs/swagger';

import { VERIFICATION_EXAMPLE } from '../../api/verifications/verification.example.js';
import { toVerificationView } from '../../api/verifications/verification.mapper.js';
import { SharedVerificationView, type VerificationView } from '../../api/verifications/verification.view.js';
import { type Plain } from '../../http/plain.js';

export const TENANT_ID_EXAMPLE = 'tnt_01kahn4r5sf1trr9gy5vqd2s0x';

/** Without `action`: whoever has the link can go through the provider's page in the person's place. */
export class AdminVerificationView extends SharedVerificationView {
  @ApiProperty({ example: TENANT_ID_EXAMPLE })
  tenantId!: string;
}

export class AdminVerificationPageView {
  @ApiProperty({ type: [AdminVerificationView] })
  data!: AdminVerificationView[];

  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}

/** What the tenant itself sees but for the person's link, and whose it is. */
export function toAdminVerificationView(verification: Verification): Plain<AdminVerificationView> {
  const { action, ...view } = toVerificationView(verification);
  return { ...view, tenantId: toTypeId('tnt', verification.tenantId) };
}

export function toAdminVerificationPageView(page: Page<Verification>): Plain<AdminVerificationPageView> {
  return { data: page.data.map(toAdminVerificationView), nextCursor: page.nextCursor };
}

/** An example of the tenant's, as an operator sees it. */
export function seenByOperator(example: Plain<VerificationView>): Plain<AdminVerificationView> {
  const { action, ...seen } = example;
  return { ...seen, tenantId: TENANT_ID_EXAMPLE };
}

export const ADMIN_VERIFICATION_EXAMPLE = seenByOperator(VERIFICATION_EXAMPLE);

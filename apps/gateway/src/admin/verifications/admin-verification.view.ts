import { type Page, type Verification } from '@gatehouse/core';
import { toTypeId } from '@gatehouse/platform';
import { ApiProperty } from '@nestjs/swagger';

import { VERIFICATION_EXAMPLE } from '../../api/verifications/verification.example.js';
import { toVerificationView } from '../../api/verifications/verification.mapper.js';
import { VerificationView } from '../../api/verifications/verification.view.js';
import { type Plain } from '../../http/plain.js';

export const TENANT_ID_EXAMPLE = 'tnt_01kahn4r5sf1trr9gy5vqd2s0x';

export class AdminVerificationView extends VerificationView {
  @ApiProperty({ example: TENANT_ID_EXAMPLE })
  tenantId!: string;
}

export class AdminVerificationPageView {
  @ApiProperty({ type: [AdminVerificationView] })
  data!: AdminVerificationView[];

  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}

/** What the tenant itself sees, and whose it is. */
export function toAdminVerificationView(verification: Verification): Plain<AdminVerificationView> {
  return { ...toVerificationView(verification), tenantId: toTypeId('tnt', verification.tenantId) };
}

export function toAdminVerificationPageView(page: Page<Verification>): Plain<AdminVerificationPageView> {
  return { data: page.data.map(toAdminVerificationView), nextCursor: page.nextCursor };
}

export const ADMIN_VERIFICATION_EXAMPLE: Plain<AdminVerificationView> = {
  ...VERIFICATION_EXAMPLE,
  tenantId: TENANT_ID_EXAMPLE,
};

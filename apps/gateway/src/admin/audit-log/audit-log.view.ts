import {
  LEDGER_FAULTS,
  LEDGER_KINDS,
  type LedgerKind,
  type LedgerVerdict,
  LOG_SUBJECTS,
  type LoggedEntry,
  type LogSubject,
  type StoredCheckpoint,
} from '@gatehouse/core';
import { toTypeId } from '@gatehouse/platform';
import { ApiProperty } from '@nestjs/swagger';

import { IdOf, OneOf, Text, Texts, Timestamp } from '../../http/members.js';
import { PageQuery } from '../../http/paging.js';
import { type Plain } from '../../http/plain.js';
import { PUBLIC_ACTOR, toPublicActor } from '../../http/public-actor.js';

export class AuditLogQuery extends PageQuery {
  @IdOf('tnt', { description: 'Whose ledger. Absent: what is of no tenant, such as the admin keys.' })
  tenantId?: string | null;

  @OneOf(LEDGER_KINDS, { description: 'Entries of this kind only.' })
  kind?: LedgerKind | null;

  @OneOf(LOG_SUBJECTS, {
    description:
      '`personal_data`: who saw whom. Identities, images and reports that were shown, and people who were looked up or listed at a provider.',
  })
  about?: LogSubject | null;

  @Text({
    max: 100,
    pattern: PUBLIC_ACTOR,
    must: 'key:<id>, admin:<id>, provider:<name>, auditor:<login>, database:<login>, system, browser or unknown',
    description: 'What this one did only.',
  })
  actor?: string | null;

  @IdOf('ver', { description: 'What is about this verification only.' })
  verificationId?: string | null;

  @Timestamp({ description: 'From then on.' })
  since?: string | null;

  @Timestamp({ description: 'Before then.' })
  until?: string | null;
}

export class CheckpointsQuery extends PageQuery {
  @IdOf('tnt', { description: 'All checkpoints of this tenant. Absent: the newest of each.' })
  tenantId?: string | null;
}

export class ExportQuery {
  @IdOf('tnt', { description: 'Whose ledger. Absent: what is of no tenant.' })
  tenantId?: string | null;
}

export class VerifyLedgerBody {
  @IdOf('tnt', { description: 'Whose ledger. Absent: all of them.' })
  tenantId?: string | null;

  @Texts({
    items: 500,
    max: 10_000,
    description:
      'Checkpoints that were kept outside of the database: with them, also a past that was written anew or cut off is found.',
  })
  checkpoints?: string[] | null;
}

export class AuditEntryView {
  @ApiProperty({ enum: ['audit_entry'] })
  object!: 'audit_entry';

  @ApiProperty({ example: 'aud_01kahn4r5sf1trr9gy5vqd2s0x' })
  id!: string;

  @ApiProperty({
    example: 'tnt_01kahn4r5sf1trr9gy5vqd2s0x',
    description: '`tnt_00000000000000000000000000` stands for what is of no tenant.',
  })
  tenantId!: string;

  @ApiProperty({ type: String, nullable: true, example: 'live' })
  environment!: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'ver_01kahn4r5sf1trr9gy5vqd2s0x' })
  verificationId!: string | null;

  @ApiProperty({ example: 'identity.viewed' })
  kind!: string;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'The version of the verification that the entry made.',
  })
  version!: number | null;

  @ApiProperty({ example: 'key:key_01kahn4r5sf1trr9gy5vqd2s0x' })
  actor!: string;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description:
      'As it was written and sealed, so ids in it are UUIDs. Without personal data and without secrets.',
  })
  data!: Record<string, unknown>;

  @ApiProperty({ format: 'date-time' })
  at!: string;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'In the tenant’s tree, from 1 on; null for the moment until it is sealed.',
  })
  position!: number | null;
}

export class AuditLogPageView {
  @ApiProperty({ type: [AuditEntryView] })
  data!: AuditEntryView[];

  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}

export class FirstBadView {
  @ApiProperty({ example: 'tnt_01kahn4r5sf1trr9gy5vqd2s0x' })
  tenantId!: string;

  @ApiProperty({ type: 'integer', description: 'From this position on nothing is proven.' })
  position!: number;

  @ApiProperty({ enum: LEDGER_FAULTS })
  fault!: string;
}

export class LedgerVerdictView {
  @ApiProperty({ description: 'Every entry is as it was sealed, and everything that was sealed is there.' })
  ok!: boolean;

  @ApiProperty({ type: 'integer', description: 'Entries that were recomputed.' })
  checked!: number;

  @ApiProperty({ type: FirstBadView, nullable: true })
  firstBad!: FirstBadView | null;
}

export class CheckpointView {
  @ApiProperty({ type: String, example: 'tnt_01kahn4r5sf1trr9gy5vqd2s0x' })
  tenantId!: string;

  @ApiProperty({ type: 'integer' })
  size!: number;

  @ApiProperty({ description: 'C2SP tlog-checkpoint: origin, size and root, signed.' })
  note!: string;

  @ApiProperty({ format: 'date-time' })
  at!: string;
}

export class CheckpointPageView {
  @ApiProperty({ type: [CheckpointView] })
  data!: CheckpointView[];

  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}

export function toAuditEntryView(entry: LoggedEntry): Plain<AuditEntryView> {
  return {
    object: 'audit_entry',
    id: toTypeId('aud', entry.id),
    tenantId: toTypeId('tnt', entry.tenantId),
    environment: entry.environment,
    verificationId: entry.verificationId === null ? null : toTypeId('ver', entry.verificationId),
    kind: entry.kind,
    version: entry.version,
    actor: toPublicActor(entry.actor),
    data: entry.data,
    at: entry.at.toISOString(),
    position: entry.position,
  };
}

export function toCheckpointView({ tenantId, size, note, at }: StoredCheckpoint): Plain<CheckpointView> {
  return { tenantId: toTypeId('tnt', tenantId), size, note, at: at.toISOString() };
}

export function toVerdictView({ checked, firstBad }: LedgerVerdict): Plain<LedgerVerdictView> {
  return {
    ok: firstBad === null,
    checked,
    firstBad: firstBad === null ? null : { ...firstBad, tenantId: toTypeId('tnt', firstBad.tenantId) },
  };
}

export const VERDICT_EXAMPLE: Plain<LedgerVerdictView> = { ok: true, checked: 6204, firstBad: null };

export const AUDIT_LOG_EXAMPLE: Plain<AuditLogPageView> = {
  data: [
    {
      object: 'audit_entry',
      id: 'aud_01kahn4r5sf1trr9gy5vqd2s0x',
      tenantId: 'tnt_01kahn4r5sf1trr9gy5vqd2s0x',
      environment: 'live',
      verificationId: 'ver_01kahn4r5sf1trr9gy5vqd2s0x',
      kind: 'identity.viewed',
      version: null,
      actor: 'key:key_01kahn4r5sf1trr9gy5vqd2s0x',
      data: { fields: ['person', 'documents'] },
      at: '2026-01-31T12:06:00.000Z',
      position: 41,
    },
  ],
  nextCursor: null,
};

export const CHECKPOINTS_EXAMPLE: Plain<CheckpointPageView> = {
  data: [
    {
      tenantId: 'tnt_01kahn4r5sf1trr9gy5vqd2s0x',
      size: 41,
      note: 'gatehouse/tnt_01kahn4r5sf1trr9gy5vqd2s0x\n41\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n— gatehouse/tnt_01kahn4r5sf1trr9gy5vqd2s0x DrO4j9Fc…\n',
      at: '2026-01-31T12:06:00.412Z',
    },
  ],
  nextCursor: null,
};

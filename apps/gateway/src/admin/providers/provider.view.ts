import { CAPABILITIES } from '@gatehouse/contract';
import { ApiProperty } from '@nestjs/swagger';

import { SupportsView } from '../../api/me/me.controller.js';
import { type Plain } from '../../http/plain.js';
import { CallSummaryView } from '../call-summary.view.js';

export class ConnectionSchemaView {
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'JSON Schema of `credentials`; what is `writeOnly` is never shown again.',
  })
  credentials!: Record<string, unknown>;

  @ApiProperty({ type: 'object', additionalProperties: true, description: 'JSON Schema of `settings`.' })
  settings!: Record<string, unknown>;
}

export class ProviderHealthView extends CallSummaryView {
  @ApiProperty({
    type: 'integer',
    description: 'Connections to which nobody is sent for a while, because their calls have been failing.',
  })
  openConnections!: number;
}

export class TimeToVerdictView {
  @ApiProperty({ type: Number, description: 'Half took no longer.' })
  p50Seconds!: number;

  @ApiProperty({ type: Number, description: 'All but one in twenty took no longer.' })
  p95Seconds!: number;
}

export class ProviderOutcomesView {
  @ApiProperty({
    type: 'integer',
    description: 'The newest verdicts that the figures are of, at most 1,000.',
  })
  sample!: number;

  @ApiProperty({
    type: Number,
    nullable: true,
    minimum: 0,
    maximum: 1,
    description: 'Verified, of those verified or rejected.',
  })
  passRate!: number | null;

  @ApiProperty({ type: TimeToVerdictView, nullable: true, description: 'From the request to the verdict.' })
  timeToVerdict!: TimeToVerdictView | null;
}

class LagView {
  @ApiProperty({ type: 'integer', description: 'Scheduled reads whose time has come.' })
  due!: number;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'By how many seconds the one is late that has waited longest; null: none waits.',
  })
  oldestSeconds!: number | null;
}

export class ConnectionLagView extends LagView {
  @ApiProperty({ example: 'tnt_01kahn4r5sf1trr9gy5vqd2s0x' })
  tenantId!: string;

  @ApiProperty({ example: 'con_01kahn4r5sf1trr9gy5vqd2s0x' })
  connectionId!: string;
}

export class ReadLagView extends LagView {
  @ApiProperty({
    type: [ConnectionLagView],
    description:
      'The connections with reads that are due, the one that is furthest behind first; at most 20.',
  })
  connections!: ConnectionLagView[];
}

export class ProviderView {
  @ApiProperty({ example: 'dentity', description: 'In paths, policies and records.' })
  name!: string;

  @ApiProperty({ example: 'Dentity' })
  title!: string;

  @ApiProperty({ enum: CAPABILITIES, isArray: true, description: 'What it can do beyond begin and read.' })
  capabilities!: string[];

  @ApiProperty({ type: SupportsView })
  supports!: SupportsView;

  @ApiProperty({ type: ConnectionSchemaView, description: 'What a connection to it needs.' })
  connection!: ConnectionSchemaView;

  @ApiProperty({ type: ProviderHealthView, description: 'As the replica that answers has seen it.' })
  health!: ProviderHealthView;

  @ApiProperty({ type: ProviderOutcomesView, description: 'Across tenants, without what was imported.' })
  outcomes!: ProviderOutcomesView;

  @ApiProperty({ type: ReadLagView, description: 'How far scheduled reads are behind, across tenants.' })
  readLag!: ReadLagView;
}

export class ProvidersView {
  @ApiProperty({ type: [ProviderView] })
  data!: ProviderView[];
}

export const PROVIDERS_EXAMPLE: Plain<ProvidersView> = {
  data: [
    {
      name: 'dentity',
      title: 'Dentity',
      capabilities: ['receive', 'readMany', 'images', 'report', 'check'],
      supports: { checks: ['profile', 'document', 'liveness'], documentTypes: [], contacts: ['phone'] },
      connection: {
        credentials: {
          type: 'object',
          properties: { apiKey: { type: 'string', title: 'API key', writeOnly: true } },
          required: ['apiKey'],
          additionalProperties: false,
        },
        settings: { type: 'object', properties: { baseUrl: { type: 'string', format: 'uri' } } },
      },
      health: {
        calls: 200,
        p50Ms: 84.2,
        p95Ms: 310,
        errorRate: 0.01,
        faults: { timeout: 2 },
        openConnections: 0,
      },
      outcomes: { sample: 1000, passRate: 0.912, timeToVerdict: { p50Seconds: 94, p95Seconds: 1260 } },
      readLag: {
        due: 12,
        oldestSeconds: 40,
        connections: [
          {
            tenantId: 'tnt_01kahn4r5sf1trr9gy5vqd2s0x',
            connectionId: 'con_01kahn4r5sf1trr9gy5vqd2s0x',
            due: 12,
            oldestSeconds: 40,
          },
        ],
      },
    },
  ],
};

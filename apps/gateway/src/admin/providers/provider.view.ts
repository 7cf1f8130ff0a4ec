import { CAPABILITIES } from '@gatehouse/contract';
import { ApiProperty } from '@nestjs/swagger';

import { SupportsView } from '../../api/me/me.controller.js';
import { type Plain } from '../../http/plain.js';

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
    },
  ],
};

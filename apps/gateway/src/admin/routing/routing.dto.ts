import { ApiProperty } from '@nestjs/swagger';

import { Flag, Text } from '../../http/members.js';
import { type Plain } from '../../http/plain.js';

export class RoutingPolicyBody {
  @Text({
    max: 32,
    pattern: /^[a-z][a-z0-9_]{0,31}$/,
    must: 'the name of a provider',
    required: true,
    example: 'sentinel',
    description: 'Where new verifications go. Those under way stay where they are.',
  })
  provider!: string;

  @Flag({ default: false, description: 'Whether a caller may name another connected provider.' })
  callerMayChoose?: boolean | null;

  @Text({ max: 500, example: 'Cheaper in this region', description: 'Why; kept with the version.' })
  note?: string | null;
}

/** What is read is what can be put back; the version is in the ETag. */
export class RoutingPolicyView {
  @ApiProperty({ example: 'sentinel' })
  provider!: string;

  @ApiProperty()
  callerMayChoose!: boolean;

  @ApiProperty({ type: String, nullable: true })
  note!: string | null;
}

export const ROUTING_POLICY_EXAMPLE: Plain<RoutingPolicyView> = {
  provider: 'sentinel',
  callerMayChoose: false,
  note: 'Cheaper in this region',
};

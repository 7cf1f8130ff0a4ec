import { DELIVERY_STATES, REASON_CODES, VERIFICATION_STATUSES } from '@gatehouse/contract';
import { ENVIRONMENTS } from '@gatehouse/core';
import { ApiProperty } from '@nestjs/swagger';

/*
 * What events tell, in the feed and in webhooks alike (libs/core/src/events/published-event.ts): ids and statuses, nobody's
 * data. One class for each kind of thing that events are about.
 */

class ToldDeliveryView {
  @ApiProperty({ enum: ['sms', 'email'] })
  channel!: string;

  @ApiProperty({ enum: DELIVERY_STATES })
  state!: string;
}

export class VerificationEventDataView {
  @ApiProperty({ example: 'ver_01kahn4r5sf1trr9gy5vqd2s0x' })
  verificationId!: string;

  @ApiProperty({ enum: ENVIRONMENTS })
  environment!: string;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    minimum: 1,
    example: 3,
    description: 'The version that the event made. Of one verification, what has a lower one is older.',
  })
  version!: number | null;

  @ApiProperty({
    type: String,
    enum: VERIFICATION_STATUSES,
    nullable: true,
    description: 'As the event left it.',
  })
  status!: string | null;

  @ApiProperty({ enum: REASON_CODES, enumName: 'ReasonCode', isArray: true })
  reasonCodes!: string[];

  @ApiProperty({ type: 'integer', minimum: 1, example: 1 })
  attempt!: number;

  @ApiProperty({
    type: String,
    nullable: true,
    example: 'sentinel',
    description: 'Where it was at that moment.',
  })
  provider!: string | null;

  @ApiProperty({
    type: ToldDeliveryView,
    nullable: true,
    description: 'How far the provider’s message to the person has got.',
  })
  delivery!: ToldDeliveryView | null;
}

export class PolicyEventDataView {
  @ApiProperty({ enum: ENVIRONMENTS })
  environment!: string;

  @ApiProperty({ type: 'integer', minimum: 1, example: 4, description: 'The policy that fell.' })
  policyVersion!: number;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    minimum: 1,
    example: 3,
    description: 'The one that came back; null where there was none to go back to.',
  })
  backTo!: number | null;

  @ApiProperty({ enum: ['pass_rate', 'error_rate'], description: 'Which limit of the guardrail was passed.' })
  breach!: string;

  @ApiProperty({ minimum: 0, maximum: 1, example: 0.71 })
  is!: number;

  @ApiProperty({ minimum: 0, maximum: 1, example: 0.8 })
  limit!: number;

  @ApiProperty({ type: 'integer', minimum: 1, example: 120, description: 'Verifications looked at.' })
  sample!: number;
}

export class EndpointEventDataView {
  @ApiProperty({ enum: ENVIRONMENTS })
  environment!: string;

  @ApiProperty({ example: 'whe_01kahn4r5sf1trr9gy5vqd2s0x' })
  endpointId!: string;

  @ApiProperty({
    type: String,
    enum: ['asked', 'gone', 'failing'],
    nullable: true,
    description: '`gone`: it answered 410. `failing`: all the time since `failingSince`. Null of a test.',
  })
  reason!: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  failingSince!: string | null;
}

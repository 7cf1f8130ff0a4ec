import { ApiProperty } from '@nestjs/swagger';

import { type Plain } from '../../http/plain.js';
import { TimeToVerdictView } from '../providers/provider.view.js';

const PASS_RATE = {
  type: Number,
  nullable: true,
  minimum: 0,
  maximum: 1,
  description: 'Verified, of those verified or rejected; null without any.',
} as const;

const TIME_TO_VERDICT = {
  type: TimeToVerdictView,
  nullable: true,
  description: 'From the request to the verdict; null without any.',
} as const;

/** Each verification by its present status. */
export class OutcomeCountsView {
  @ApiProperty({ type: 'integer', description: 'All that began.' })
  created!: number;

  @ApiProperty({ type: 'integer' })
  verified!: number;

  @ApiProperty({ type: 'integer' })
  rejected!: number;

  @ApiProperty({ type: 'integer' })
  needsReview!: number;

  @ApiProperty({ type: 'integer', description: 'Nobody knows yet: `requires_input` or `processing`.' })
  open!: number;

  @ApiProperty({ type: 'integer' })
  expired!: number;

  @ApiProperty({ type: 'integer' })
  canceled!: number;

  @ApiProperty({ type: 'integer' })
  revoked!: number;

  @ApiProperty({ type: 'integer' })
  error!: number;
}

export class OverviewDayView extends OutcomeCountsView {
  @ApiProperty({ format: 'date', example: '2026-01-31', description: 'In UTC.' })
  day!: string;

  @ApiProperty({ example: 'dentity' })
  provider!: string;
}

export class DailyVerdictsView {
  @ApiProperty({ format: 'date', example: '2026-01-31', description: 'In UTC; on which it began.' })
  day!: string;

  @ApiProperty(PASS_RATE)
  passRate!: number | null;

  @ApiProperty(TIME_TO_VERDICT)
  timeToVerdict!: TimeToVerdictView | null;
}

export class OverviewProviderView {
  @ApiProperty({ example: 'dentity' })
  provider!: string;

  @ApiProperty({ type: 'integer', description: 'Verifications that began in the range.' })
  created!: number;

  @ApiProperty(PASS_RATE)
  passRate!: number | null;

  @ApiProperty(TIME_TO_VERDICT)
  timeToVerdict!: TimeToVerdictView | null;

  @ApiProperty({
    type: 'integer',
    description:
      'The last calls to it, of 15 minutes at most, which the rest is of: of every tenant, as the replica that answers has seen them.',
  })
  calls!: number;

  @ApiProperty({
    type: Number,
    nullable: true,
    minimum: 0,
    maximum: 1,
    description: 'Share of the calls that failed for another reason than the person’s.',
  })
  errorRate!: number | null;

  @ApiProperty({ type: Number, nullable: true })
  p50Ms!: number | null;

  @ApiProperty({ type: Number, nullable: true })
  p95Ms!: number | null;

  @ApiProperty({ type: 'integer', description: 'Connections to which nobody is sent for a while.' })
  openConnections!: number;
}

class WaitingView {
  @ApiProperty({ type: 'integer', description: 'Now, whatever the range.' })
  pending!: number;

  @ApiProperty({ type: 'integer', nullable: true, description: 'For how long the first of them has waited.' })
  oldestPendingSeconds!: number | null;
}

export class WebhooksInView extends WaitingView {
  @ApiProperty({ type: 'integer', description: 'Webhooks of nobody whom we know, now.' })
  orphans!: number;
}

export class WebhooksOutView extends WaitingView {
  @ApiProperty({ type: 'integer', description: 'Of the events of the range.' })
  delivered!: number;

  @ApiProperty({ type: 'integer', description: 'Of the events of the range: not tried again.' })
  failed!: number;
}

export class OverviewWebhooksView {
  @ApiProperty({ type: WebhooksInView, description: 'From providers.' })
  in!: WebhooksInView;

  @ApiProperty({ type: WebhooksOutView, description: 'To tenants.' })
  out!: WebhooksOutView;
}

export class OverviewView {
  @ApiProperty({ format: 'date-time' })
  since!: string;

  @ApiProperty({ format: 'date-time' })
  until!: string;

  @ApiProperty({ type: OutcomeCountsView })
  total!: OutcomeCountsView;

  @ApiProperty(PASS_RATE)
  passRate!: number | null;

  @ApiProperty(TIME_TO_VERDICT)
  timeToVerdict!: TimeToVerdictView | null;

  @ApiProperty({
    type: [OverviewDayView],
    description: 'By the day on which they began and by provider, oldest first; without what would be zero.',
  })
  days!: OverviewDayView[];

  @ApiProperty({ type: [DailyVerdictsView], description: 'By day alone, oldest first.' })
  daily!: DailyVerdictsView[];

  @ApiProperty({ type: [OverviewProviderView], description: 'Every provider of this deployment.' })
  providers!: OverviewProviderView[];

  @ApiProperty({ type: OverviewWebhooksView })
  webhooks!: OverviewWebhooksView;

  @ApiProperty({ type: 'integer', description: 'That wait for a reviewer now, whatever the range.' })
  openReviews!: number;
}

const COUNTS = {
  created: 120,
  verified: 82,
  rejected: 9,
  needsReview: 3,
  open: 14,
  expired: 8,
  canceled: 3,
  revoked: 0,
  error: 1,
};
const VERDICTS = { passRate: 0.901, timeToVerdict: { p50Seconds: 94, p95Seconds: 1260 } };

export const OVERVIEW_EXAMPLE: Plain<OverviewView> = {
  since: '2026-01-01T12:00:00.000Z',
  until: '2026-01-31T12:00:00.000Z',
  total: COUNTS,
  ...VERDICTS,
  days: [{ day: '2026-01-30', provider: 'dentity', ...COUNTS }],
  daily: [{ day: '2026-01-30', ...VERDICTS }],
  providers: [
    {
      provider: 'dentity',
      created: 120,
      ...VERDICTS,
      calls: 200,
      errorRate: 0.01,
      p50Ms: 84.2,
      p95Ms: 310,
      openConnections: 0,
    },
  ],
  webhooks: {
    in: { pending: 0, oldestPendingSeconds: null, orphans: 2 },
    out: { pending: 4, oldestPendingSeconds: 31, delivered: 431, failed: 1 },
  },
  openReviews: 3,
};

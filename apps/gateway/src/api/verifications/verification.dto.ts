import { CHECKS, DOCUMENT_TYPES, VERIFICATION_STATUSES } from '@gatehouse/contract';

import {
  CalendarDate,
  CountryCode,
  EmailAddress,
  Flag,
  Nested,
  OneOf,
  PhoneNumber,
  ProviderName,
  SetOf,
  Text,
  TextPairs,
  Texts,
  Timestamp,
  WebAddress,
  Whole,
} from '../../http/members.js';
import { PageQuery } from '../../http/paging.js';

export const DEFAULT_EXPIRY_SECONDS = 604_800;
/** What is checked of a person about whom a caller asks for nothing in particular; every provider can. */
export const DEFAULT_CHECKS = ['document', 'liveness'] as const;

export class AddressBody {
  @Text({ max: 200, example: '12 Palm Street' })
  street?: string | null;

  @Text({ max: 100, example: 'Dubai' })
  city?: string | null;

  @Text({ max: 100 })
  region?: string | null;

  @Text({ max: 20 })
  postalCode?: string | null;

  @CountryCode()
  country?: string | null;
}

export class SubjectBody {
  @EmailAddress({ description: 'This or `phone` is needed.' })
  email?: string | null;

  @PhoneNumber({ description: 'With its country code; stored as E.164.' })
  phone?: string | null;

  @Text({ max: 100, example: 'Jane' })
  firstName?: string | null;

  @Text({ max: 100, example: 'Example' })
  lastName?: string | null;

  @CalendarDate({ example: '1990-05-17' })
  dateOfBirth?: string | null;

  @Nested(() => AddressBody)
  address?: AddressBody | null;
}

export class CreateVerificationBody {
  @Nested(() => SubjectBody, { required: true })
  subject!: SubjectBody;

  @Text({ max: 200, example: 'user-42', description: 'Yours; you can list by it.' })
  reference?: string | null;

  @SetOf(CHECKS, {
    min: 1,
    example: ['document', 'liveness'],
    description: 'Absent: document and liveness.',
  })
  checks?: ('profile' | 'document' | 'liveness' | 'ssn')[] | null;

  @SetOf(DOCUMENT_TYPES, { example: ['passport'], description: 'Absent or empty: whichever the person has.' })
  documentTypes?:
    ('passport' | 'emirates_id' | 'egypt_national_id' | 'drivers_license' | 'national_id')[] | null;

  @WebAddress({
    example: 'https://app.example/done',
    description: 'Where the person’s browser goes at the end.',
  })
  redirectUrl?: string | null;

  @WebAddress({
    example: 'https://app.example/review',
    description: 'Where it goes when automation gave up.',
  })
  reviewRedirectUrl?: string | null;

  @OneOf(['never', 'allow'], {
    default: 'never',
    description: 'Whether an identity known to the provider may be used.',
  })
  reuse?: 'never' | 'allow' | null;

  @Text({
    max: 480,
    pattern: /\{\{link\}\}/,
    must: 'text of at most 480 characters, without control characters, that contains {{link}}',
    example: 'Please verify yourself: {{link}}',
    description: 'Of the text message, where the provider sends one.',
  })
  message?: string | null;

  @Whole({
    min: 300,
    max: 2_592_000,
    default: DEFAULT_EXPIRY_SECONDS,
    description: 'How long the person has.',
  })
  expiresInSeconds?: number | null;

  @TextPairs({
    pairs: 50,
    name: 40,
    value: 500,
    example: { plan: 'gold' },
    description: 'Yours; at most 50 texts.',
  })
  metadata?: Record<string, string> | null;

  @ProviderName({ description: 'Only where the policy lets callers choose.' })
  provider?: string | null;
}

export class ListVerificationsQuery extends PageQuery {
  @OneOf(VERIFICATION_STATUSES, { description: 'In this status now.' })
  status?: (typeof VERIFICATION_STATUSES)[number] | null;

  @ProviderName({ example: 'sentinel', description: 'At this provider now.' })
  provider?: string | null;

  @Text({ max: 200, example: 'user-42', description: 'With this reference of yours.' })
  reference?: string | null;

  @Timestamp({ example: '2026-01-01T00:00:00.000Z', description: 'Made later than this.' })
  createdAfter?: string | null;

  @Timestamp({ example: '2026-02-01T00:00:00.000Z', description: 'Made earlier than this.' })
  createdBefore?: string | null;
}

export class SearchVerificationsBody {
  @EmailAddress({ description: 'This or `phone` is needed.' })
  email?: string | null;

  @PhoneNumber({ example: '+971501234542' })
  phone?: string | null;
}

export class CorrectContactBody {
  @EmailAddress({ description: 'This or `phone` is needed; what is left out stays.' })
  email?: string | null;

  @PhoneNumber({ example: '+971501234543' })
  phone?: string | null;
}

export class VerificationStatusesBody {
  @Texts({
    items: 500,
    max: 64,
    required: true,
    example: ['ver_01kahn4r5sf1trr9gy5vqd2s0x'],
    description: 'Up to 500 ids.',
  })
  ids!: string[];

  @Flag({ default: false, description: 'Read the providers first.' })
  refresh?: boolean | null;
}

export class DecisionBody {
  @OneOf(['approve', 'reject'], { required: true })
  decision!: 'approve' | 'reject';

  @Text({ max: 1000, required: true, example: 'Compared the document with the customer file.' })
  reason!: string;
}

export class ExplanationQuery {
  @OneOf(['text'], { description: 'The sentences alone, as plain text; absent: JSON.' })
  format?: 'text' | null;
}

export class IdentityQuery {
  @OneOf(['oidc4ida'], { description: 'OpenID Identity Assurance; absent: our own form.' })
  format?: 'oidc4ida' | null;
}

export class ImageQuery {
  @OneOf(['full', 'small'], { description: '`small`: trimmed, where the provider can trim. Absent: full.' })
  size?: 'full' | 'small' | null;
}

export class ReportQuery {
  @OneOf(['true', 'false'], { description: 'With the provider’s confidence scores. Absent: without.' })
  confidences?: 'true' | 'false' | null;
}

import { ENVIRONMENTS } from '@gatehouse/core';

import { EmailAddress, IdOf, OneOf, PhoneNumber, Text } from '../../http/members.js';

export class RequestErasureBody {
  @IdOf('ver', { description: 'What is kept of this verification.' })
  verificationId?: string | null;

  @EmailAddress({ description: 'Everybody who is known here by this address.' })
  email?: string | null;

  @PhoneNumber({ description: 'Everybody who is known here by this number.' })
  phone?: string | null;

  @OneOf(ENVIRONMENTS, { description: 'Of a person: only there. Absent: in both.' })
  environment?: 'test' | 'live' | null;
}

export class CloseDutyBody {
  @Text({
    max: 1000,
    required: true,
    example: 'Their support confirmed it, ticket 4711.',
    description: 'How it is known that the provider has erased. Kept encrypted.',
  })
  note!: string;
}

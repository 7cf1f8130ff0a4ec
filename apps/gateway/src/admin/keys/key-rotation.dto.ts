import { ROTATION_LEVELS, type RotationLevel } from '@gatehouse/core';

import { type BodyExamples } from '../../http/body.js';
import { IdOf, OneOf } from '../../http/members.js';
import { PageQuery } from '../../http/paging.js';

export class RotateKeysBody {
  @IdOf('tnt', {
    description: 'Absent: of all tenants, and with `tenant` of the gateway’s own data key too.',
  })
  tenantId?: string | null;

  @OneOf(ROTATION_LEVELS, {
    default: 'tenant',
    description:
      '`tenant`: a new data key, which takes over what the old one wraps and seals. `subject`: a new key for each person, and what the old one seals encrypted anew.',
  })
  level?: RotationLevel | null;
}

export const ROTATE_EXAMPLES: BodyExamples<RotateKeysBody> = {
  oneTenant: { tenantId: 'tnt_01kahn4r5sf1trr9gy5vqd2s0x' },
  everybody: {},
  people: { tenantId: 'tnt_01kahn4r5sf1trr9gy5vqd2s0x', level: 'subject' },
};

export class KeyRotationsQuery extends PageQuery {
  @IdOf('tnt', { description: 'Of this tenant only.' })
  tenantId?: string | null;
}

import { type Environment, ENVIRONMENTS } from '@gatehouse/core';

import { OneOf } from '../http/members.js';

/** The parameter of everything that a tenant has twice, once for each environment. */
export class EnvironmentQuery {
  @OneOf(ENVIRONMENTS, { required: true, description: 'Which of the tenant’s two worlds.' })
  environment!: Environment;
}

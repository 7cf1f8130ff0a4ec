import { type components, type paths } from './generated/api.js';

/** Every schema of the API by its name in openapi.json. */
export type Schemas = components['schemas'];
export { type paths as Paths };

export type Verification = Schemas['Verification'];
export type VerificationStatus = Schemas['VerificationStatus'];
export type CreateVerification = Schemas['CreateVerificationBody'];
export type ReasonCode = Schemas['ReasonCode'];

export type Problem = Schemas['Problem'];
export type ProblemCode = Schemas['ProblemCode'];
export type FieldError = Schemas['FieldError'];

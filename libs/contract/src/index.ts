export * from './errors.js';
export * from './evidence.js';
export * from './identity.js';
export * from './observation.js';
export * from './provider.js';
export * from './reason-codes.js';
export * from './requests.js';
export * from './statuses.js';

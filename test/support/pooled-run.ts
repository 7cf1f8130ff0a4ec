/* For each spec file of `npm run test:pooled`. */

process.env['TEST_SESSIONS'] = 'pooled';

// A module, so that it has no names in common with others.
export {};

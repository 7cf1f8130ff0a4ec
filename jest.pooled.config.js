import distributed from './jest.distributed.config.js';

// The suites in whose process the core runs, through a PgBouncer in transaction mode, which has to be on the PATH: docs/OPERATING.md.
/** @type {import('jest').Config} */
export default {
  ...distributed,
  setupFilesAfterEnv: ['<rootDir>/test/support/pooled-run.ts'],
  // The canary looks for the database's password in temporary files, where PgBouncer has to have it.
  testPathIgnorePatterns: [...distributed.testPathIgnorePatterns, 'canary\\.spec\\.ts$'],
};

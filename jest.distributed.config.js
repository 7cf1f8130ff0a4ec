import ordinary from './jest.config.js';

// The suites in whose process the core runs, on sessions that behave as a distributed engine's: docs/DISTRIBUTED.md.
/** @type {import('jest').Config} */
export default {
  ...ordinary,
  setupFilesAfterEnv: ['<rootDir>/test/support/distributed/whole-run.ts'],
  // Programs in processes of their own, which have sessions of their own.
  testPathIgnorePatterns: ['(?:crash|master-key|process|streaming-memory|switching-load)\\.spec\\.ts$'],
  testMatch: [
    '<rootDir>/libs/core/**/*.spec.ts',
    '<rootDir>/test/{abuse,conformance,core,e2e,isolation,ledger}/**/*.spec.ts',
  ],
};

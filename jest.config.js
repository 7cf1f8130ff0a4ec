/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': ['@swc/jest'] },
  moduleNameMapper: {
    '^@gatehouse/(contract|platform|providers|core|sdk)$': '<rootDir>/libs/$1/src/index.ts',
    // Not a data file in disguise: libphonenumber-js has a metadata.min.json.js.
    '^(\\.{1,2}/.*)(?<!\\.json)\\.js$': '$1',
  },
  testMatch: ['<rootDir>/{apps,libs,test}/**/*.spec.ts'],
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/.data'],
  globalSetup: '<rootDir>/test/support/global-setup.js',
  globalTeardown: '<rootDir>/test/support/global-teardown.js',
  // For two cores: some files wait for time-outs and for processes to start, and one more worker than cores uses that time (a fifth
  // less in all). Each has its own database on the one server.
  maxWorkers: 3,
  // What Node keeps of each file's modules adds up, to 2.5 GB in a worker after eighty files, and V8 looks through all of it again and
  // again: two fifths of the processor at the end of a run. A worker that has more than this is replaced.
  workerIdleMemoryLimit: '800MB',
  // For a machine that is busy with other things: only a test that hangs waits so long.
  testTimeout: 120_000,
};

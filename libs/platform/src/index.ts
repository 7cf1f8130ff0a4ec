export { BrieflyHeld } from './briefly-held.js';
export { Clock, SystemClock } from './clock.js';
export {
  demoConfig,
  type DemoConfig,
  gatewayConfig,
  type GatewayConfig,
  type LedgerWitness,
  LOG_LEVELS,
  type LogLevel,
  migrationConfig,
  type MigrationConfig,
  simulatorConfig,
  type SimulatorConfig,
} from './config.js';
export { constantTimeEqual, deriveKey, keyedHash, sha256 } from './crypto/hash.js';
export { loadMasterKeys } from './crypto/load-master-keys.js';
export {
  LocalMasterKey,
  type MasterKey,
  masterKeyNamed,
  type MasterKeys,
  type MasterKeyTrouble,
  MasterKeyUnavailable,
} from './crypto/master-key.js';
export { parseVaultTransit, type VaultTransitAddress } from './crypto/vault-transit-address.js';
export { VaultToken } from './crypto/vault-token.js';
export { VaultTransitMasterKey } from './crypto/vault-transit-master-key.js';
export { open, openJson, seal, SealError, sealJson } from './crypto/seal.js';
export { randomToken } from './crypto/token.js';
export { Batches, type BatchLimits } from './database/batches.js';
export {
  DatabaseError,
  isCheckViolation,
  isConnectionLost,
  isUniqueViolation,
} from './database/database-error.js';
export {
  connectDatabase,
  Database,
  type DatabaseOptions,
  type Isolation,
  type Queryable,
  type Reach,
  type Sessions,
  type Statement,
  type Tx,
} from './database/database.js';
export { SharedClock } from './database/shared-clock.js';
export {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  startEmbeddedPostgres,
  stopEmbeddedPostgres,
} from './database/embedded-postgres.js';
export {
  migrate,
  type MigrateOptions,
  type MigrateResult,
  pendingMigrations,
} from './database/migrations.js';
export {
  derivedId,
  firstIdAt,
  fromTypeId,
  HIGHEST_ID,
  Ids,
  LOWEST_ID,
  SystemIds,
  timeOfId,
  toTypeId,
} from './ids.js';
export { type ErrorFields, errorFields } from './log/error-fields.js';
export { Log, type LogFields, type LogOptions } from './log/log.js';
export { type FrameworkLogger, NestLog } from './log/nest-log.js';
export { RequestContext, type RequestValues } from './log/request-context.js';
export { runProgram } from './program.js';
export { findProjectRoot } from './project-root.js';
export { OutboundPost, type PostOutcome } from './net/outbound-post.js';
export {
  ADDRESS_REFUSED,
  type ConnectorOptions,
  publicConnector,
  type Resolve,
} from './net/public-connector.js';
export { OutgoingRequests } from './net/outgoing-requests.js';
export { addressLiteral, checkOutboundUrl, isPublicAddress } from './net/safe-address.js';
export { RandomSource, SystemRandom } from './random.js';
export { ConfigError, StartError } from './start-error.js';
export { hasCode } from './system-error.js';

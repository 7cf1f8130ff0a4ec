import { audit } from './audit.js';
import { apart, jump } from './clocks.js';
import { cutOff } from './cut-off.js';
import { diskFull } from './disk-full.js';
import { failover } from './failover.js';
import { pooler } from './pooler.js';
import { replicas } from './replicas.js';
import { restart } from './restart.js';
import { type Scenario } from './scenario.js';

/** In the order in which they run. */
export const SCENARIOS: readonly Scenario[] = [
  restart,
  failover,
  cutOff,
  pooler,
  diskFull,
  audit,
  apart,
  jump,
  replicas,
];

import {
  anyRule,
  constantTimeRule,
  consoleRule,
  environmentRule,
  nonNullRule,
  providerNamesRule,
  sleepsRule,
} from './code-rules.js';
import {
  barrelsRule,
  compositionRule,
  contractRule,
  cyclesRule,
  layersRule,
  libRootsRule,
  productionRule,
} from './import-rules.js';
import { type Rule } from './sources.js';

/** Every rule by the name that its failures show. */
export const RULES = {
  'who may import whom': layersRule,
  'libs are imported by their root': libRootsRule,
  'the contract depends on nothing': contractRule,
  'providers are composed in one place': compositionRule,
  'production imports no test code': productionRule,
  'no import cycles': cyclesRule,
  'no index below the root': barrelsRule,
  'the environment is read in one place': environmentRule,
  'no provider is named outside its adapter': providerNamesRule,
  'no any': anyRule,
  'no non-null assertion': nonNullRule,
  'no console': consoleRule,
  'no sleeping test': sleepsRule,
  'secrets are compared in constant time': constantTimeRule,
} as const satisfies Record<string, Rule>;

export type RuleName = keyof typeof RULES;
export const RULE_NAMES = Object.keys(RULES) as readonly RuleName[];

import { EXCEPTIONS, OF_NO_TENANT } from './exceptions.js';
import { type Rule } from './rule.js';
import { statementsOf, type Word } from './sql-words.js';

interface Write {
  readonly table: string;
  /** Where it begins among the words. */
  readonly at: number;
  readonly isInsert: boolean;
}

const SCHEMA_WORDS = [
  'create',
  'alter',
  'drop',
  'truncate',
  'grant',
  'revoke',
  'comment',
  'reindex',
  'refresh',
];
const SESSION_WORDS = ['reset', 'discard', 'prepare', 'deallocate', 'declare', 'do'];
/** For the transaction alone; or of planning, where another session's setting costs time and changes no answer. */
const HARMLESS_SETTINGS = ['local', 'transaction', 'plan_cache_mode'];
const NOTIFYING = /^(?:listen|unlisten|notify)$/u;
const ADVISORY = /^pg_(?:try_)?advisory_/u;
const SEQUENCE = /^(?:nextval|setval|currval|lastval)$/u;
/** A parameter, or a text as it stands. */
const VALUE = /^(?:\$\d+|'')$/u;
/** Another value on each machine, or at each attempt. */
const VOLATILE = /^(?:random|gen_random_uuid|uuidv4|uuidv7|clock_timestamp|timeofday)$/u;

/** What a test sends through the gateway's own sessions. */
const OF_A_TEST = 'test_';

/** The rules that a statement breaks, apart from the exceptions that are listed for its name. */
export function refusalsOf(name: string | null, sql: string): readonly Rule[] {
  if (name?.startsWith(OF_A_TEST) === true) return [];
  const broken = statementsOf(sql).flatMap(rulesBrokenBy);
  const allowed = name === null ? undefined : EXCEPTIONS[name];
  return broken.filter((rule) => allowed?.rules.includes(rule) !== true);
}

/** Of one statement. */
function rulesBrokenBy(words: readonly Word[]): readonly Rule[] {
  const writes = writesIn(words);
  const tables = writes.map(({ table }) => table);
  const first = words[0]?.text ?? '';
  const second = words[1]?.text ?? '';
  const rules: Readonly<Record<Rule, boolean>> = {
    'listens or notifies': NOTIFYING.test(first) || calls(words, /^pg_notify$/u),
    'takes an advisory lock': calls(words, ADVISORY),
    'locks a table': first === 'lock',
    'makes a temporary table': first === 'create' && /^temp(?:orary)?$/u.test(second),
    'changes the session':
      SESSION_WORDS.includes(first) ||
      (first === 'set' && !HARMLESS_SETTINGS.includes(second)) ||
      keepsSetting(words),
    'changes the schema': SCHEMA_WORDS.includes(first),
    'uses a sequence': calls(words, SEQUENCE),
    'writes what it cannot repeat': writes.length > 0 && calls(words, VOLATILE),
    'writes one table twice': new Set(tables).size < tables.length,
    'writes without a tenant': writes.some((write) => !isOfOneTenant(words, write)),
    'locks without a tenant': locksIn(words).some(
      ({ from, to }) => !isLockOfOneTenant(words.slice(from, to)),
    ),
  };
  // Object.keys forgets what the keys are.
  return (Object.keys(rules) as Rule[]).filter((rule) => rules[rule]);
}

function calls(words: readonly Word[], called: RegExp): boolean {
  return words.some(({ text }, index) => called.test(text) && words[index + 1]?.text === '(');
}

/** `set_config(…, false)`: beyond the transaction. */
function keepsSetting(words: readonly Word[]): boolean {
  return words.some(({ text, depth }, index) => {
    if (text !== 'set_config') return false;
    const end = words.findIndex((word, at) => at > index + 1 && word.text === ')' && word.depth === depth);
    return words[end - 1]?.text !== 'true';
  });
}

function writesIn(words: readonly Word[]): readonly Write[] {
  const at = (index: number): string => words[index]?.text ?? '';
  return words.flatMap(({ text }, index): readonly Write[] => {
    const isInsert = text === 'insert' && at(index + 1) === 'into';
    const isDelete = text === 'delete' && at(index + 1) === 'from';
    const isUpdate =
      text === 'update' && !['for', 'key', 'do'].includes(at(index - 1)) && at(index + 1) !== 'set';
    if (!isInsert && !isDelete && !isUpdate) return [];
    let name = index + (isUpdate ? 1 : 2);
    if (at(name) === 'only') name += 1;
    if (at(name + 1) === '.') name += 2;
    return [{ table: at(name), at: index, isInsert }];
  });
}

/** From the SELECT to the clause that locks what it finds. */
function locksIn(words: readonly Word[]): readonly { readonly from: number; readonly to: number }[] {
  return words.flatMap(({ text, depth }, to) => {
    if (text !== 'for' || !/^(?:update|share|no|key)$/u.test(words[to + 1]?.text ?? '')) return [];
    const from = words.findLastIndex(
      (word, index) => index < to && word.depth === depth && word.text === 'select',
    );
    return [{ from: Math.max(0, from), to }];
  });
}

function isOfOneTenant(words: readonly Word[], { table, at, isInsert }: Write): boolean {
  if (table in OF_NO_TENANT) return true;
  const key = table === 'tenants' ? 'id' : 'tenant_id';
  const clause = clauseFrom(words, at);
  return isInsert ? namesColumn(clause, key) : isBound(clause, key);
}

function isLockOfOneTenant(select: readonly Word[]): boolean {
  const [{ depth } = { depth: 0 }] = select;
  const from = select.findIndex((word) => word.depth === depth && word.text === 'from');
  const table = select[from + 1]?.text ?? '';
  return table in OF_NO_TENANT || isBound(select, table === 'tenants' ? 'id' : 'tenant_id');
}

/** To the end of the statement, or of the parentheses that it stands in. */
function clauseFrom(words: readonly Word[], at: number): readonly Word[] {
  const depth = words[at]?.depth ?? 0;
  const end = words.findIndex((word, index) => index > at && word.depth < depth);
  return words.slice(at, end === -1 ? words.length : end);
}

/** In the list of columns of an INSERT. */
function namesColumn(clause: readonly Word[], column: string): boolean {
  const open = clause.findIndex(({ text }) => text === '(');
  const close = clause.findIndex(
    ({ text, depth }, index) => index > open && text === ')' && depth === clause[open]?.depth,
  );
  return clause.slice(open, close).some(({ text }) => text === column);
}

/**
 * Whether the column is compared with a value at the top of the clause: whose rows it is about is known before it is run. What a part of it
 * asks for is another matter.
 */
function isBound(clause: readonly Word[], column: string): boolean {
  const [{ depth } = { depth: 0 }] = clause;
  const at = (index: number): string => clause[index]?.text ?? '';
  return clause.some(
    (word, index) =>
      word.text === column && word.depth === depth && at(index + 1) === '=' && VALUE.test(at(index + 2)),
  );
}

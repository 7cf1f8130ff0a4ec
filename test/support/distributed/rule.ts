/** What PostgreSQL does and one of the engines that spread it over many machines does not, or only at a price. */
export type Rule =
  | 'listens or notifies'
  | 'takes an advisory lock'
  | 'locks a table'
  | 'makes a temporary table'
  | 'changes the session'
  | 'changes the schema'
  | 'uses a sequence'
  | 'writes what it cannot repeat'
  | 'writes one table twice'
  | 'writes without a tenant'
  | 'locks without a tenant';

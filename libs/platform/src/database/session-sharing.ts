/**
 * Whose the sessions behind the connections are. `own`: a session is set to a role and a tenant and stays so, and statements are prepared
 * in it. `shared`: behind a pooler in transaction mode it is whoever's comes next, so everything is set anew in each transaction, which a
 * single statement needs then as well, and nothing is prepared.
 */
export type SessionSharing = 'own' | 'shared';

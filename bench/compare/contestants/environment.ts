/** What each contestant of ours is told as it starts, in its environment. */
export interface Environment {
  /** Of the owner of the tables, whom row-level security does not keep from anything here. */
  readonly databaseUrl: string;
  readonly poolSize: number;
  readonly vendorOrigin: string;
  readonly vendorPath: string;
  readonly vendorCredentials: Readonly<Record<string, string>>;
  /** Of the length of the gateway's own. */
  readonly returnUrl: string;
}

const NAME = 'BENCH_CONTESTANT';

export function written(environment: Environment): Readonly<Record<string, string>> {
  return { [NAME]: JSON.stringify(environment) };
}

export function environmentOf(env: NodeJS.ProcessEnv): Environment {
  // Written by the function above.
  return JSON.parse(env[NAME] ?? '') as Environment;
}

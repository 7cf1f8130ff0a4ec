/** What the environment says. Flags of the command line come before it. */
export interface Configuration {
  readonly url: string;
  readonly tenantKey: string | null;
  readonly adminKey: string | null;
  readonly tenant: string | null;
  readonly webhookSecret: string | null;
  /** https://no-color.org: set, and not empty. */
  readonly noColor: boolean;
}

export const DEFAULT_URL = 'http://localhost:3000';

/** The one place of the CLI that reads the environment. */
export function readConfiguration(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Configuration {
  const value = (name: string): string | null => {
    const text = environment[name]?.trim();
    return text === undefined || text === '' ? null : text;
  };
  return {
    url: value('GATEHOUSE_URL') ?? DEFAULT_URL,
    tenantKey: value('GATEHOUSE_KEY'),
    adminKey: value('GATEHOUSE_ADMIN_KEY'),
    tenant: value('GATEHOUSE_TENANT'),
    webhookSecret: value('GATEHOUSE_WEBHOOK_SECRET'),
    noColor: value('NO_COLOR') !== null,
  };
}

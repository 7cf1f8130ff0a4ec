import { type Locator } from 'playwright-core';

import { required } from '../gateway-client.js';
import { type ProviderName } from '../vendor-accounts.js';
import { type ConsolePage } from './console-page.js';
import { type ConsoleWorld } from './console-world.js';

export interface Described {
  readonly name: string;
  readonly title: string;
  readonly connection: Record<'credentials' | 'settings', { properties: Record<string, { title?: string }> }>;
}

export interface ConnectionForm {
  /** A provider as the API describes it. */
  readonly described: (name: ProviderName) => Promise<Described>;
  /** Its place among a tenant's connections. */
  readonly card: (page: ConsolePage, provider: Described) => Locator;
  /** Fills in the form that is drawn from the provider's schema, and sends it. */
  readonly connect: (page: ConsolePage, name: ProviderName, connection: Connection) => Promise<Described>;
}

interface Connection {
  readonly credentials: Readonly<Record<string, string>>;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** How an admin connects a provider: by the words of its schema. */
export function connectionForm(world: ConsoleWorld): ConnectionForm {
  const described = async (name: ProviderName): Promise<Described> => {
    const { data } = required(await world.harness.admin('GET', '/providers'), 200) as { data: Described[] };
    const found = data.find((provider) => provider.name === name);
    if (found === undefined) throw new Error(`no ${name}`);
    return found;
  };
  const card = (page: ConsolePage, { title }: Described): Locator =>
    page.view.getByRole('region', { name: title });
  return {
    described,
    card,
    async connect(page, name, connection) {
      const provider = await described(name);
      const region = card(page, provider);
      await region.getByRole('button', { name: `Connect ${provider.title}` }).click();
      const { credentials, settings } = provider.connection;
      const group = (label: string): Locator => region.getByRole('group', { name: label });
      await fill(group('Credentials'), credentials.properties, connection.credentials);
      await fill(group('Settings'), settings.properties, connection.settings);
      await region.getByRole('button', { name: `Connect ${provider.title}` }).click();
      return provider;
    },
  };
}

/** Types values where the form that was drawn from the schema asks for them by its titles. */
async function fill(
  within: Locator,
  properties: Record<string, { title?: string }>,
  values: Readonly<Record<string, unknown>>,
): Promise<void> {
  for (const [name, value] of Object.entries(values)) {
    const title = properties[name]?.title ?? name.charAt(0).toUpperCase() + name.slice(1);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      await fill(within.getByRole('group', { name: title }), {}, { ...value });
      continue;
    }
    const field = within.getByLabel(title, { exact: false }).first();
    if (typeof value === 'boolean') await field.setChecked(value);
    else {
      await field.fill([value].flat().map(String).join(','));
      await field.press('Tab');
    }
  }
}

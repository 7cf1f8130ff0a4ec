import { type DentityAccountInput } from './dentity/dentity.settings.js';
import { type SardineAccountInput } from './sardine/sardine.settings.js';
import { type SentinelAccountInput } from './sentinel/sentinel.settings.js';

/** Accounts to start with, as `PUT /control/accounts/{provider}` takes them. */
export interface StartingAccounts {
  readonly sentinel?: readonly SentinelAccountInput[];
  readonly sardine?: readonly SardineAccountInput[];
  readonly dentity?: readonly DentityAccountInput[];
}

/** Known to everybody, so good for a laptop only: the accounts that `npm run simulator` starts with. */
export const demoAccounts = {
  sentinel: {
    clientUuid: '5e471e10-0000-4000-8000-00000000d3a0',
    clientSecret: 'demo-sentinel-secret',
    name: 'Northwind Bank',
    callbackPassphrase: 'demo-passphrase',
    switches: { allowLoopbackCallback: true },
  },
  sardine: {
    clientId: 'demo-northwind',
    clientSecret: 'demo-sardine-secret',
    clientName: 'Northwind Bank',
  },
  dentity: {
    apiKey: 'demo-dentity-key',
    secretKey: 'demo-dentity-secret',
    siteName: 'Northwind Bank',
  },
} as const;

export const demoStartingAccounts: StartingAccounts = {
  sentinel: [demoAccounts.sentinel],
  sardine: [demoAccounts.sardine],
  dentity: [demoAccounts.dentity],
};

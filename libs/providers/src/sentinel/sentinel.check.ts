import { type Finding } from '@gatehouse/contract';

import { finding } from '../kit/finding.js';
import { type SentinelCalls, type SentinelConnection } from './sentinel.calls.js';

/** One call, and what it and the configuration tell of whether verifications and webhooks will work. */
export async function checkConnection(
  calls: SentinelCalls,
  connection: SentinelConnection,
  webhookUrl: string,
): Promise<readonly Finding[]> {
  const registered: (string | null)[] = [];
  const call = await finding('Credentials', 'Sentinel accepted the client UUID and secret.', async () => {
    registered.push((await calls.ownClient(connection)).callbackUrl);
    return '';
  });
  const { credentials, settings } = connection;
  return [
    call,
    ...registered.map((url) => registration(url, webhookUrl)),
    credentials.callbackPassphrase === undefined
      ? {
          ok: false,
          what: 'Webhooks',
          detail: 'No callback passphrase is set, so every webhook is refused.',
        }
      : { ok: true, what: 'Webhooks', detail: 'A callback passphrase is set.' },
    settings.statusCodes.accepted === undefined
      ? {
          ok: false,
          what: 'Status codes',
          detail: 'No code is set for "accepted", so nobody can become verified.',
        }
      : { ok: true, what: 'Status codes', detail: 'A code is set for "accepted".' },
  ];
}

/** Names no URL: whoever reads a finding need not know the token in ours, nor what is in another's. */
function registration(registered: string | null, ours: string): Finding {
  const what = 'Webhook URL';
  if (registered === null)
    return {
      ok: true,
      what,
      detail: 'No webhook URL is registered yet; results are found by polling.',
    };
  const url = URL.parse(registered);
  if (registered === ours || (url !== null && url.href === URL.parse(ours)?.href))
    return { ok: true, what, detail: 'Sentinel sends its webhooks here.' };
  const where = url === null ? '' : `, at ${url.host}`;
  return {
    ok: false,
    what,
    detail: `Sentinel sends its webhooks to another address${where}. Register the webhook to have them sent here.`,
  };
}

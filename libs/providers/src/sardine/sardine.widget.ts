import { ProviderError, type Started, type StartRequest } from '@gatehouse/contract';

import { type Answer, type ProviderHttp } from '../kit/provider-http.js';
import { callOf, type SardineConnection } from './sardine.calls.js';
import { type SardineHandle } from './sardine.handle.js';
import { readScopes } from './sardine.scopes.js';
import { widget } from './sardine.wire.js';

/** `kyc_sharing`: the person hands on an identity they have at another client of Sardine (providers/sardine.md 1). */
type Flow = 'kyc_sharing' | 'kyc_input';

/** Refusals that say nothing about sharing: of our credentials, of the call's pace. */
const NOT_ABOUT_SHARING: readonly number[] = [401, 403, 408, 429];

/** Mints URLs of the hosted widget (providers/sardine.md 4.3). */
export class SardineWidgets {
  constructor(private readonly http: ProviderHttp) {}

  /**
   * A URL for the flow that the request allows. Nothing tells beforehand whether a person can share (trap 11): where Sardine
   * refuses the widget for it, they are asked for everything instead, at once.
   */
  async mint(connection: SardineConnection, request: StartRequest, handle: SardineHandle): Promise<Started> {
    if (request.reuse === 'never')
      return startedWith(await this.#ask(connection, request, handle, 'kyc_input'), handle, false);
    let answer: Answer<WidgetUrl>;
    try {
      answer = await this.#ask(connection, request, handle, 'kyc_sharing');
    } catch (error) {
      if (!isSharingRefused(error)) throw error;
      return startedWith(await this.#ask(connection, request, handle, 'kyc_input'), handle, true);
    }
    return startedWith(answer, handle, false);
  }

  #ask(
    connection: SardineConnection,
    request: StartRequest,
    handle: SardineHandle,
    flow: Flow,
  ): Promise<Answer<WidgetUrl>> {
    const { autoRedirect, sharingDeadEnd } = connection.settings;
    // The one way back without success. Whether it is where a person ends up who has nothing to share is not documented.
    const isUnshared = flow === 'kyc_sharing' && sharingDeadEnd === 'input';
    const call = callOf(connection, {
      operation: 'get a widget URL from Sardine',
      path: '/identity/consents/widget',
      body: {
        customerId: handle.customerId,
        scope: readScopes(handle.scopes),
        flow,
        successUrl: request.returnUrl('success'),
        manualKycUrl: request.returnUrl(isUnshared ? 'unshared' : 'review'),
        autoRedirect,
      },
      schema: widget,
    });
    return this.http.request(call);
  }
}

interface WidgetUrl {
  readonly widgetUrl: string;
}

function startedWith(answer: Answer<WidgetUrl>, handle: SardineHandle, isSharingRefused: boolean): Started {
  return {
    action: { type: 'redirect', url: answer.data.widgetUrl, expiresAt: null },
    reference: handle.customerId,
    handle: { ...handle, startedAt: handle.startedAt ?? answer.date?.toISOString() ?? null },
    rawStatus: null,
    delivery: null,
    warnings: [],
    isSharingRefused,
  };
}

function isSharingRefused(error: unknown): boolean {
  if (!(error instanceof ProviderError) || error.httpStatus === null) return false;
  const { httpStatus } = error;
  return httpStatus >= 400 && httpStatus < 500 && !NOT_ABOUT_SHARING.includes(httpStatus);
}

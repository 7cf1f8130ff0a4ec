import { z } from 'zod';

import { magicWord, type MagicWord } from '../kit/magic.js';
import { type TwinServices } from '../kit/twin.js';
import { type DentityAccount, type Verification } from './dentity.state.js';
import { DentityWebhooks } from './dentity.webhooks.js';

export const DENTITY_OUTCOMES = ['pass', 'fail', 'abandon'] as const;

/** How the journey ends: the control API's `finish` body, and what the page's form comes down to. */
export const dentityFinish = z.strictObject({ outcome: z.enum(DENTITY_OUTCOMES) });
export type DentityOutcome = (typeof DENTITY_OUTCOMES)[number];

/** Everything that happens to a verification after it was created. */
export class DentityJourney {
  readonly webhooks: DentityWebhooks;
  readonly #services: TwinServices;

  constructor(services: TwinServices) {
    this.#services = services;
    this.webhooks = new DentityWebhooks(services);
  }

  /** Delivers the SMS, and the e-mail if there is one; lets a magic person finish by itself. */
  start(account: DentityAccount, verification: Verification): void {
    const word = magicWord(verification);
    const { deliveryEvents, deliveryDelayMs, autoDelayMs } = account.switches;
    if (deliveryEvents) {
      this.#services.timers.after(deliveryDelayMs, () => {
        if (isKnown(account, verification)) this.#deliver(account, verification, word);
      });
    }
    const outcome = magicOutcome(word);
    if (outcome === null) return;
    this.#services.timers.after(autoDelayMs ?? this.#services.autoDelayMs, () => {
      if (isKnown(account, verification) && verification.status === 'pending') {
        this.finish(account, verification, outcome);
      }
    });
  }

  finish(account: DentityAccount, verification: Verification, outcome: DentityOutcome): void {
    if (outcome === 'abandon') {
      verification.walkedAway = true;
      return;
    }
    this.setStatus(account, verification, outcome === 'pass' ? 'verified' : 'failed');
  }

  setStatus(account: DentityAccount, verification: Verification, status: string): void {
    verification.previous = { status: verification.status, completedAt: verification.completedAt };
    verification.status = status;
    verification.completedAt = status === 'pending' ? null : account.clock.now();
    this.webhooks.statusChanged(account, verification);
  }

  #deliver(account: DentityAccount, verification: Verification, word: MagicWord | null): void {
    const undeliverable = word === 'undeliverable';
    const sms = undeliverable ? ['accepted', 'sending', 'failed'] : account.switches.smsStatuses;
    const email = undeliverable ? ['processed', 'bounce'] : account.switches.emailStatuses;
    for (const status of sms) this.webhooks.smsDelivery(account, verification, status);
    for (const status of email) this.webhooks.emailDelivery(account, verification, status);
  }
}

/** Whether the link can still be used (providers/dentity.md 5: retrying after `failed` is unknown). */
export function isOpen(account: DentityAccount, verification: Verification): boolean {
  if (isExpired(account, verification)) return false;
  if (verification.status === 'pending') return true;
  return verification.status === 'failed' && account.switches.failedMayRetry;
}

/** Whether the link has run out; how long it lives is unknown (providers/dentity.md 11). */
export function isExpired(account: DentityAccount, verification: Verification): boolean {
  const { linkLifetimeSeconds } = account.switches;
  const age = account.clock.now().getTime() - verification.createdAt.getTime();
  return linkLifetimeSeconds !== null && age > linkLifetimeSeconds * 1000;
}

function isKnown(account: DentityAccount, verification: Verification): boolean {
  return account.verifications.includes(verification);
}

function magicOutcome(word: MagicWord | null): DentityOutcome | null {
  switch (word) {
    case 'approve':
      return 'pass';
    case 'reject':
      return 'fail';
    default:
      return null;
  }
}

import { z } from 'zod';

import { isSafeReturnAddress, parseUrl, isLoopback, withParameters } from '../kit/addresses.js';
import { magicWord, type MagicWord } from '../kit/magic.js';
import { type TwinServices } from '../kit/twin.js';
import { type SardineAccount, type Widget } from './sardine.state.js';

export const SARDINE_OUTCOMES = ['complete', 'manual-review', 'decline', 'abandon'] as const;

/** How the widget ends: the control API's `finish` body, and what the page's form comes down to. */
export const sardineFinish = z.strictObject({
  outcome: z.enum(SARDINE_OUTCOMES),
  email: z.email().optional(),
  level: z.string().min(1).optional(),
});
export type SardineFinish = z.infer<typeof sardineFinish>;

/** Everything a person does to their own identity (providers/sardine.md 6, 8). */
export class SardineJourney {
  readonly #services: TwinServices;

  constructor(services: TwinServices) {
    this.#services = services;
  }

  startMagic(account: SardineAccount, widget: Widget): void {
    const finish = magicFinish(magicWord({ phone: widget.entity.phoneNumber }), widget);
    if (finish === null) return;
    this.#services.timers.after(account.switches.autoDelayMs ?? this.#services.autoDelayMs, () => {
      if (widget.state !== 'open' || !account.entities.includes(widget.entity)) return;
      this.finish(account, widget, finish);
      this.#comeBack(account, widget);
    });
  }

  /** False when nothing can be shared and no switch says where to go: the widget stays open. */
  finish(account: SardineAccount, widget: Widget, finish: SardineFinish): boolean {
    switch (finish.outcome) {
      case 'complete':
        return complete(account, widget, finish);
      case 'manual-review':
        widget.state = 'manual-review';
        return true;
      case 'decline':
        widget.state = 'declined';
        return true;
      case 'abandon':
        widget.state = 'abandoned';
        return true;
    }
  }

  /** Opens the return address as the person's browser would; only on this machine, so that nobody else is called. */
  #comeBack(account: SardineAccount, widget: Widget): void {
    const address = returnAddress(account, widget);
    const url = address === null ? null : parseUrl(address);
    if (!account.switches.magicPeopleReturn || url === null || !isLoopback(url)) return;
    this.#services.webhooks.send(account, widget.token, () => ({
      method: 'GET',
      url: url.href,
      headers: { 'user-agent': 'Mozilla/5.0 (a magic person of the simulator)' },
      body: '',
    }));
  }
}

/** Where the browser goes after the widget, or null: nowhere (providers/sardine.md 4.3). */
export function returnAddress(account: SardineAccount, widget: Widget): string | null {
  const address = widget.state === 'completed' ? widget.successUrl : manualAddress(widget);
  if (address === null || !isSafeReturnAddress(address)) return null;
  return withParameters(address, account.switches.returnParameters);
}

function manualAddress(widget: Widget): string | null {
  return widget.state === 'manual-review' ? widget.manualKycUrl : null;
}

function complete(account: SardineAccount, widget: Widget, finish: SardineFinish): boolean {
  const { entity } = widget;
  const sharedFrom = widget.flow === 'kyc_sharing' ? account.partnerOf(entity) : null;
  if (widget.flow === 'kyc_sharing' && sharedFrom === null) {
    if (account.switches.unshareable !== 'manual') return false;
    widget.state = 'manual-review';
    return true;
  }
  const now = account.clock.now();
  entity.email = finish.email ?? entity.email;
  entity.level =
    finish.level ?? riskLevel(magicWord({ email: entity.email, phone: entity.phoneNumber })) ?? 'low';
  const earlier = entity.consent?.revokedAt === null ? [...entity.consent.scopes] : [];
  entity.consent = {
    id: account.switches.consentIdMatches ? widget.consentId : account.chance.uuid(),
    scopes: new Set([...earlier, ...widget.scopes]),
    consentedAt: now,
    revokedAt: null,
    availableAt: new Date(now.getTime() + account.switches.availabilityDelaySeconds * 1000),
    sharedFrom,
  };
  account.publish(entity);
  widget.state = 'completed';
  return true;
}

/** E-mail modifiers `+low-risk` and so on choose the level (providers/sardine.md 9). */
function riskLevel(word: MagicWord | null): string | null {
  switch (word) {
    case 'low-risk':
      return 'low';
    case 'medium-risk':
      return 'medium';
    case 'high-risk':
      return 'high';
    case 'very-high-risk':
      return 'very_high';
    default:
      return null;
  }
}

function magicFinish(word: MagicWord | null, widget: Widget): SardineFinish | null {
  switch (word) {
    case 'approve':
    case 'low-risk':
    case 'medium-risk':
    case 'high-risk':
    case 'very-high-risk':
      return { outcome: 'complete' };
    case 'reject':
      return { outcome: 'decline' };
    case 'review':
      return { outcome: 'manual-review' };
    case 'shareable':
      return widget.flow === 'kyc_sharing' ? { outcome: 'complete' } : null;
    default:
      return null;
  }
}

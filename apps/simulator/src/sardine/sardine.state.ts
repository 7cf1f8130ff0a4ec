import { type z } from 'zod';

import { type Chance } from '../kit/chance.js';
import { isContactOf, samePhone } from '../kit/contacts.js';
import { magicWord } from '../kit/magic.js';
import { type InventedPerson, inventPerson } from '../kit/people.js';
import { TwinAccount } from '../kit/twin-account.js';
import {
  type sardineAccountInput,
  type SardineScope,
  type SardineSwitches,
  sardineSwitches,
} from './sardine.settings.js';

/** Another client of Sardine, who verified a person first. */
export interface Partner {
  readonly clientId: string;
  readonly clientName: string;
}

export interface Consent {
  readonly id: string;
  readonly scopes: Set<SardineScope>;
  consentedAt: Date;
  revokedAt: Date | null;
  /** From when the data can be read. */
  availableAt: Date;
  /** Null: the identity is ours. */
  readonly sharedFrom: Partner | null;
}

export interface Widget {
  readonly token: string;
  readonly consentId: string;
  /** Known to the browser that opened the page first: a reload is not a second use. */
  readonly browser: string;
  readonly entity: Entity;
  readonly scopes: readonly SardineScope[];
  readonly flow: 'kyc_input' | 'kyc_sharing';
  readonly successUrl: string | null;
  readonly manualKycUrl: string | null;
  readonly autoRedirect: boolean;
  readonly createdAt: Date;
  opened: boolean;
  phoneConfirmed: boolean;
  state: 'open' | 'completed' | 'manual-review' | 'declined' | 'abandoned';
}

/** A customer: a person within one client, known by their phone (providers/sardine.md 1). */
export interface Entity {
  readonly customerId: string;
  readonly phoneNumber: string;
  readonly createdAt: Date;
  readonly person: InventedPerson;
  email: string;
  level: string;
  consent: Consent | null;
  widgets: Widget[];
  /** As the vendor showed it last, and before its last change; null: nothing was there. */
  published: EntityRecord;
  previous: EntityRecord | null;
}

/** What changes of an identity. */
export type EntityRecord = Readonly<Pick<Entity, 'email' | 'level' | 'consent'>>;

export const PARTNER: Partner = { clientId: 'harbour-pay', clientName: 'Harbour Pay' };

export class SardineAccount extends TwinAccount {
  readonly provider = 'sardine';
  secret = '';
  clientName = '';
  switches: SardineSwitches = sardineSwitches.parse({});
  entities: Entity[] = [];
  /** Phones verified through a partner, whose identity may be shared. */
  shareable = new Map<string, Partner>();

  configure(input: z.output<typeof sardineAccountInput>): void {
    this.secret = input.clientSecret;
    this.clientName = input.clientName;
    this.switches = input.switches;
    this.seedWith(input.seed);
  }

  describe(): Record<string, unknown> {
    return {
      clientId: this.id,
      clientSecret: this.secret,
      clientName: this.clientName,
      seed: this.seed,
      switches: this.switches,
    };
  }

  changeSwitches(changes: Readonly<Record<string, unknown>>): void {
    this.switches = sardineSwitches.parse({ ...this.switches, ...changes });
  }

  override reset(): void {
    super.reset();
    this.entities = [];
    this.shareable = new Map();
  }

  namesOf(person: string): readonly string[] {
    return this.entities
      .filter(
        ({ customerId, phoneNumber, email }) =>
          customerId === person || isContactOf(person, { email, phone: phoneNumber }),
      )
      .flatMap(({ customerId, phoneNumber }) => [customerId, phoneNumber]);
  }

  addEntity(phoneNumber: string): Entity {
    const entity = this.#invented(this.chance, phoneNumber);
    this.entities.unshift(entity);
    return entity;
  }

  /** Somebody who is not a customer here. */
  stranger(): Entity {
    return this.#invented(this.answerChance, '+12025550000');
  }

  /** Shows the identity as it now is; what was shown until now is what a stale read still sees. */
  publish(entity: Entity): void {
    entity.previous = entity.published;
    entity.published = recordOf(entity);
  }

  #invented(chance: Chance, phoneNumber: string): Entity {
    const person = inventPerson(phoneNumber);
    const record = { email: `${asciiName(person)}@mail.test`, level: 'low', consent: null };
    return {
      ...record,
      customerId: chance.uuid(),
      phoneNumber,
      createdAt: this.clock.now(),
      person,
      widgets: [],
      published: record,
      previous: null,
    };
  }

  addWidget(
    widget: Pick<Widget, 'entity' | 'scopes' | 'flow' | 'successUrl' | 'manualKycUrl' | 'autoRedirect'>,
  ): Widget {
    const made: Widget = {
      ...widget,
      token: `tok_${this.chance.hex(12)}`,
      consentId: this.chance.uuid(),
      browser: this.chance.hex(12),
      createdAt: this.clock.now(),
      opened: false,
      phoneConfirmed: false,
      state: 'open',
    };
    widget.entity.widgets.unshift(made);
    return made;
  }

  entity(customerId: string): Entity | undefined {
    return this.entities.find((entity) => entity.customerId === customerId);
  }

  entityByPhone(phoneNumber: string): Entity | undefined {
    return this.entities.find((entity) => samePhone(entity.phoneNumber, phoneNumber));
  }

  partnerOf(entity: Entity): Partner | null {
    const recorded = [...this.shareable].find(([phone]) => samePhone(phone, entity.phoneNumber));
    if (recorded !== undefined) return recorded[1];
    return magicWord({ phone: entity.phoneNumber }) === 'shareable' ? PARTNER : null;
  }

  isExpired(widget: Widget): boolean {
    return (
      this.clock.now().getTime() - widget.createdAt.getTime() > this.switches.widgetLifetimeSeconds * 1000
    );
  }
}

function recordOf({ email, level, consent }: Entity): EntityRecord {
  return { email, level, consent: consent === null ? null : { ...consent } };
}

function asciiName(person: InventedPerson): string {
  return `${person.firstName}.${person.lastName}`
    .normalize('NFD')
    .replace(/[^\w.]/g, '')
    .toLowerCase();
}

import { randomBytes, randomUUID } from 'node:crypto';

import { type z } from 'zod';

import { SimulatedClock } from '../kit/clock.js';
import { samePhone } from '../kit/contacts.js';
import { FaultPlan } from '../kit/faults.js';
import { Journal } from '../kit/journal.js';
import { magicWord } from '../kit/magic.js';
import { type InventedPerson, inventPerson } from '../kit/people.js';
import { type TwinAccount } from '../kit/twin.js';
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
}

export const PARTNER: Partner = { clientId: 'harbour-pay', clientName: 'Harbour Pay' };

export class SardineAccount implements TwinAccount {
  readonly provider = 'sardine';
  readonly id: string;
  readonly clock: SimulatedClock;
  readonly journal = new Journal();
  readonly faults = new FaultPlan();
  secret = '';
  clientName = '';
  switches: SardineSwitches = sardineSwitches.parse({});
  entities: Entity[] = [];
  /** Phones verified through a partner, whose identity may be shared. */
  shareable = new Map<string, Partner>();

  constructor(id: string, wallClock: () => number) {
    this.id = id;
    this.clock = new SimulatedClock(wallClock);
  }

  configure(input: z.output<typeof sardineAccountInput>): void {
    this.secret = input.clientSecret;
    this.clientName = input.clientName;
    this.switches = input.switches;
  }

  describe(): Record<string, unknown> {
    return {
      clientId: this.id,
      clientSecret: this.secret,
      clientName: this.clientName,
      switches: this.switches,
    };
  }

  changeSwitches(changes: Readonly<Record<string, unknown>>): void {
    this.switches = sardineSwitches.parse({ ...this.switches, ...changes });
  }

  reset(): void {
    this.entities = [];
    this.shareable = new Map();
    this.journal.clear();
    this.faults.clear();
    this.clock.reset();
  }

  addEntity(phoneNumber: string): Entity {
    const person = inventPerson(phoneNumber);
    const entity: Entity = {
      customerId: randomUUID(),
      phoneNumber,
      createdAt: this.clock.now(),
      person,
      email: `${asciiName(person)}@mail.test`,
      level: 'low',
      consent: null,
      widgets: [],
    };
    this.entities.unshift(entity);
    return entity;
  }

  addWidget(
    widget: Pick<Widget, 'entity' | 'scopes' | 'flow' | 'successUrl' | 'manualKycUrl' | 'autoRedirect'>,
  ): Widget {
    const made: Widget = {
      ...widget,
      token: `tok_${randomBytes(12).toString('hex')}`,
      consentId: randomUUID(),
      browser: randomBytes(12).toString('hex'),
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

function asciiName(person: InventedPerson): string {
  return `${person.firstName}.${person.lastName}`
    .normalize('NFD')
    .replace(/[^\w.]/g, '')
    .toLowerCase();
}

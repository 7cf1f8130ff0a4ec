import { type Markup, markup, nothing } from '../kit/page.js';
import { type SwitchDescription, switchList } from '../kit/switch-list.js';
import { property } from '../kit/failure.js';
import { type Addressed } from './addressed.js';

/** The fields of all switches, as they are now; those that are not at their default stand out. */
export function switchFields({ twin, account }: Addressed): { fields: Markup; changed: number } {
  const switches = switchList(twin.switchSchema).map((described) => ({
    described,
    now: property(account.switches, described.name),
  }));
  const changed = switches.filter(({ described, now }) => written(now) !== written(described.default));
  return {
    fields: markup`${switches.map(({ described, now }) => field(described, now))}`,
    changed: changed.length,
  };
}

/** What a posted form sets: one of the listed values, or JSON; a text that is neither is meant as it stands, and nothing is null. */
export function switchesFrom(
  { twin }: Addressed,
  form: Readonly<Record<string, string>>,
): Record<string, unknown> {
  const known = new Map(switchList(twin.switchSchema).map(({ name, values }) => [name, values] as const));
  return Object.fromEntries(
    Object.entries(form).map(([name, text]) => {
      const listed = known.get(name)?.find((value) => written(value) === text);
      return [name, listed === undefined ? read(text) : listed];
    }),
  );
}

function field(described: SwitchDescription, now: unknown): Markup {
  const { name, means, values } = described;
  const isDefault = written(now) === written(described.default);
  const mark = isDefault ? nothing : markup` class="changed"`;
  const input =
    values === null
      ? markup`<input id="switch-${name}" name="${name}" value="${written(now)}" autocomplete="off">`
      : markup`<select id="switch-${name}" name="${name}">${values.map((value) => option(value, now))}</select>`;
  return markup`<div><label for="switch-${name}"${mark}>${name}<small>${means}</small></label>${input}</div>`;
}

function option(value: unknown, now: unknown): Markup {
  const selected = written(value) === written(now) ? markup` selected` : nothing;
  return markup`<option${selected}>${written(value)}</option>`;
}

function written(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function read(text: string): unknown {
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

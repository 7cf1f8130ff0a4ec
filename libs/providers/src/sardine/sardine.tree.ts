import { type JsonPath } from '../kit/json-events.js';

/** Members of an entity that are looked at; of the free-form rest nothing is kept. */
const KEPT: ReadonlySet<string> = new Set(['documentKyc', 'documentData', 'profile', 'level']);

/** What has been read of an entity so far, put together from its values as `JSON.parse` would. */
export class EntityTree {
  readonly #document: { root: unknown } = { root: null };

  get root(): unknown {
    return this.#document.root;
  }

  set(path: JsonPath, value: unknown): void {
    const [member] = path;
    const isKept = typeof member !== 'string' || KEPT.has(member);
    // One that is left out still shows that there is an object.
    if (!isKept) containerAt(this.#document, 'root', member);
    else put(this.#document, ['root', ...path], value);
  }
}

function put(root: object, [...steps]: (string | number)[], value: unknown): void {
  const last = steps.pop();
  if (last === undefined) return;
  let container = root;
  steps.forEach((step, depth) => {
    container = containerAt(container, step, steps[depth + 1] ?? last);
  });
  Reflect.set(container, last, value);
}

/** The object or list at a place, made if there is none of that kind. */
function containerAt(parent: object, place: string | number, within: string | number): object {
  const known: unknown = Object.hasOwn(parent, place) ? Reflect.get(parent, place) : null;
  const isList = typeof within === 'number';
  if (typeof known === 'object' && known !== null && Array.isArray(known) === isList) return known;
  const made = isList ? [] : {};
  Reflect.set(parent, place, made);
  return made;
}

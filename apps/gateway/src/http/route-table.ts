/** One route as Fastify was told it. */
interface Route {
  readonly method: string;
  readonly segments: readonly string[];
}

/** Every route of this process, to tell an unknown path (404) from a known one with another method (405). */
export class RouteTable {
  readonly #routes: Route[] = [];

  add(methods: string | readonly string[], pattern: string): void {
    for (const method of typeof methods === 'string' ? [methods] : methods) {
      this.#routes.push({ method, segments: pattern.split('/') });
    }
  }

  /** Method and pattern of each route (`/v1/verifications/:id`). */
  get all(): readonly { readonly method: string; readonly pattern: string }[] {
    return this.#routes.map(({ method, segments }) => ({ method, pattern: segments.join('/') }));
  }

  /** The methods that a URL's path answers to, sorted; none for an unknown path. */
  methodsFor(url: string): readonly string[] {
    const segments = (url.split(/[?#]/, 1)[0] ?? '').split('/');
    const methods = this.#routes
      .filter((route) => matches(route.segments, segments))
      .map(({ method }) => method);
    return [...new Set(methods)].sort();
  }
}

function matches(pattern: readonly string[], segments: readonly string[]): boolean {
  const isOpen = pattern.at(-1) === '*';
  const fixed = isOpen ? pattern.slice(0, -1) : pattern;
  return (
    (isOpen ? segments.length > fixed.length : segments.length === fixed.length) &&
    fixed.every((part, index) => {
      const segment = segments[index];
      return part.startsWith(':') ? segment !== '' : part === segment;
    })
  );
}

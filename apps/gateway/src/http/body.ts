import { routeConfig } from './route-config.js';

/** The route takes no members: nothing, or `{}`. */
export function NoBody(): MethodDecorator {
  return routeConfig({ body: 'none' });
}

/** The route has defaults for everything. */
export function OptionalBody(): MethodDecorator {
  return routeConfig({ body: 'optional' });
}

/** The route takes the bytes as they arrive, up to 1 MiB: `request.bodyBytes`. */
export function RawBytes(): MethodDecorator {
  return routeConfig({ body: 'raw' });
}

import { applyDecorators } from '@nestjs/common';
import { ApiBody } from '@nestjs/swagger';

import { type Plain } from './plain.js';
import { routeConfig } from './route-config.js';

/** Bodies as callers would send them, by a word for what is shown. */
export type BodyExamples<T> = Readonly<Record<string, Plain<T>>>;

/** The route takes a body of this class. */
export function JsonBody<T>(type: new () => T, examples: BodyExamples<T>): MethodDecorator {
  return described(type, examples, true);
}

/** The route takes no members: nothing, or `{}`. */
export function NoBody(): MethodDecorator {
  return routeConfig({ body: 'none' });
}

/** The route takes a body of this class, and has defaults for everything in it. */
export function OptionalBody<T>(type: new () => T, examples: BodyExamples<T>): MethodDecorator {
  return applyDecorators(routeConfig({ body: 'optional' }), described(type, examples, false));
}

/** The route takes the bytes as they arrive, up to 1 MiB: `request.bodyBytes`. */
export function RawBytes(): MethodDecorator {
  return routeConfig({ body: 'raw' });
}

function described<T>(type: new () => T, examples: BodyExamples<T>, required: boolean): MethodDecorator {
  const named = Object.entries(examples).map(([name, value]) => [name, { value }] as const);
  return ApiBody({ type, examples: Object.fromEntries(named), required });
}

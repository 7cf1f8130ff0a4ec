import { applyDecorators } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';

/** In the OpenAPI document: the header of a success answer that carries the resource's version. */
export const ETAG_HEADER = {
  ETag: { description: 'The version, for If-Match.', schema: { type: 'string' as const, example: '"3"' } },
};

/** In the OpenAPI document: a write that can be made to depend on the version last read. */
export function TakesIfMatch(): MethodDecorator {
  return applyDecorators(
    ApiHeader({
      name: 'If-Match',
      required: false,
      description:
        'The ETag of the last read, or several of them; refused with 412 when none is the version at hand. `*`: whichever version there is.',
      schema: { type: 'string', example: '"3"' },
    }),
  );
}

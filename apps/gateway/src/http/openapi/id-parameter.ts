/** Any id will do; this one is nobody's. */
const EXAMPLE_SUFFIX = '01kahn4r5sf1trr9gy5vqd2s0x';

interface IdParameter {
  readonly name: string;
  readonly schema: { readonly type: 'string'; readonly pattern: string; readonly example: string };
}

/** In the OpenAPI document: an id of ours in the path. `idParameter('ver')`, `idParameter('key', 'keyId')`. */
export function idParameter(prefix: string, name = 'id'): IdParameter {
  return {
    name,
    // Within the schema: beside one, Nest's own member for it is lost.
    schema: {
      type: 'string',
      pattern: `^${prefix}_[0-7][0-9a-hjkmnp-tv-z]{25}$`,
      example: `${prefix}_${EXAMPLE_SUFFIX}`,
    },
  };
}

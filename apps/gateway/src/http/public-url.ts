/** Where callers reach us: an origin without a slash at its end. */
export class PublicUrl {
  constructor(readonly value: string) {}
}

/** No answer arrived, or not all of one. Holds nothing of the request. */
export class TransportFailure extends Error {
  constructor(
    readonly kind: 'address_refused' | 'network' | 'timeout' | 'too_large',
    /** False only if not one byte of the request was written. */
    readonly sent: boolean,
    /** Node's or undici's error code, e.g. `ECONNREFUSED`, or a word of ours. */
    readonly code: string,
  ) {
    super(`No answer (${code})`);
    this.name = 'TransportFailure';
  }
}

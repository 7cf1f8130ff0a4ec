import { type ProviderError, type ReasonCode } from '@gatehouse/contract';

/** A verification was recorded, and its provider's call failed. The record says so, and is there to be looked at. */
export class VerificationStartFailed extends Error {
  override readonly name = 'VerificationStartFailed';

  constructor(
    readonly verificationId: string,
    readonly reason: ReasonCode | null,
    override readonly cause: ProviderError,
  ) {
    super('the verification could not be begun', { cause });
  }
}

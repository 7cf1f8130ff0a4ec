/** What the vendor of the webhooks calls a verification of ours: who knows one name knows the other. */
export function vendorIdOf(verificationId: string): string {
  return `d${verificationId.replaceAll('-', '')}`;
}

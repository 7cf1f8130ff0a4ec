/** The caller's URL with `verificationId` appended to its query, the rest of it as it was. */
export function withVerificationId(redirectUrl: string, verificationId: string): string {
  const hash = redirectUrl.indexOf('#');
  const [address, fragment] =
    hash === -1 ? [redirectUrl, ''] : [redirectUrl.slice(0, hash), redirectUrl.slice(hash)];
  const joint = !address.includes('?') ? '?' : /[?&]$/.test(address) ? '' : '&';
  return `${address}${joint}verificationId=${encodeURIComponent(verificationId)}${fragment}`;
}

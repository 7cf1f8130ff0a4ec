const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

export function parseUrl(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null;
}

export function isHttpUrl(text: string): boolean {
  const url = parseUrl(text);
  return url !== null && (url.protocol === 'https:' || url.protocol === 'http:');
}

export function isLoopback(url: URL): boolean {
  return LOOPBACK.test(url.hostname);
}

/** The address with query parameters added; without any it stays letter for letter. */
export function withParameters(address: string, parameters: Readonly<Record<string, string>>): string {
  const url = parseUrl(address);
  if (url === null || Object.keys(parameters).length === 0) return address;
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}

/** An absolute https address, or plain http to this machine, which local development needs. */
export function isSafeReturnAddress(text: string): boolean {
  const url = parseUrl(text);
  if (url === null) return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url));
}

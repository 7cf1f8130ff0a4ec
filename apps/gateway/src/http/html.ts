const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
}

/** Allows what {@link htmlPage} makes and nothing else: no script, no image, no request. */
export const PAGE_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'";

/** A small page for a phone or a desk. `body` is HTML; `title` is text. */
export function htmlPage(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>
  :root { color-scheme: light dark; }
  body { font: 1.0625rem/1.5 system-ui, sans-serif; margin: 0; padding: 2rem 1.25rem; }
  main { max-width: 36rem; margin: 0 auto; }
  h1 { font-size: 1.5rem; line-height: 1.25; }
  dt { font-weight: 600; margin-top: 1rem; }
  dd { margin: 0; }
  code { font-size: 0.95em; }
</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
${body}
</main>
</body>
</html>
`;
}

/** Whether a browser is looking: HTML is asked for by name, before JSON. */
export function wantsHtml(accept: string | undefined): boolean {
  return /(^|[\s,])text\/html\s*(;|,|$)/i.test(accept ?? '');
}

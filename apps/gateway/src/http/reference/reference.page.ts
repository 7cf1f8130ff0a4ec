import { createHash } from 'node:crypto';

import { PROBLEMS } from '@gatehouse/contract';

import { escapeHtml } from '../html.js';
import { type DescribedApi, type DescribedOperation } from './described-api.js';
import { inlineHtml, markdownHtml } from './markdown.js';
import { operationHtml } from './operation-html.js';
import { membersHtml, rulesHtml, schemaAnchor, typeHtml } from './schema-html.js';

const STYLE = `
:root { color-scheme: light dark; --line: color-mix(in srgb, currentcolor 18%, transparent); --soft: color-mix(in srgb, currentcolor 6%, transparent); }
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 56rem; padding: 1.5rem 1rem 6rem; overflow-wrap: anywhere; }
h1 { font-size: 1.75rem; line-height: 1.2; }
h2 { font-size: 1.35rem; margin: 2.5rem 0 0.25rem; border-top: 1px solid var(--line); padding-top: 1.5rem; }
h3 { font-size: 1.05rem; margin: 1.5rem 0 0.25rem; }
h4 { font-size: 0.95rem; margin: 1.25rem 0 0.25rem; }
nav ul { padding: 0; list-style: none; display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; }
code, pre { font-family: ui-monospace, SFMono-Regular, Menlo, monospace; font-size: 0.875em; }
pre { background: var(--soft); border-radius: 0.4rem; padding: 0.75rem; overflow-x: auto; overflow-wrap: normal; max-height: 30rem; }
dl { margin: 0.25rem 0; }
dt { margin-top: 0.6rem; }
dd { margin: 0 0 0 1rem; }
small { opacity: 0.8; }
summary { cursor: pointer; padding: 0.35rem 0; }
.operation { border: 1px solid var(--line); border-radius: 0.5rem; padding: 0.25rem 0.75rem; margin: 0.5rem 0; }
.operation > summary span { display: block; padding-left: 1rem; }
.operation > summary code:first-of-type { font-weight: 700; }
`;

/** Allows the page below and nothing else: its own style by its hash, no script, no image, no request. */
export const REFERENCE_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

const METHODS = ['get', 'put', 'post', 'patch', 'delete'];

interface Placed {
  readonly method: string;
  readonly place: string;
  readonly operation: DescribedOperation;
}

/** The whole document on one page that needs no script: for a phone, a desk, and a search within the page. */
export function referencePage(api: DescribedApi): string {
  const operations = [...placed(api.paths), ...placed(api.webhooks)];
  const { components, info, servers, tags } = api;
  const sections = tags.map(({ name, description = '' }) => {
    const ours = operations.filter(({ operation }) => operation.tags.includes(name));
    return `<section id="${anchorOf(name)}">
<h2>${escapeHtml(name)}</h2>
<p>${inlineHtml(description)}</p>
${ours.map((one) => operationHtml(one, one.operation, components)).join('\n')}
</section>`;
  });
  const links = [...tags.map(({ name }) => name), 'Problems', 'Header fields', 'Schemas'].map(
    (name) => `<li><a href="#${anchorOf(name)}">${escapeHtml(name)}</a></li>`,
  );
  const title = `${info.title} API reference`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>${escapeHtml(title)}</h1>
<p>${servers.map(({ url }) => `<code>${escapeHtml(url)}</code>`).join(', ')} · <a href="/openapi.json">openapi.json</a> · <a href="/docs/try">try it in the browser</a></p>
${markdownHtml(info.description)}
${keysHtml(api)}
</header>
<nav aria-label="Sections"><ul>${links.join('')}</ul></nav>
<main>
${sections.join('\n')}
${problemsHtml()}
${headersHtml(api)}
${schemasHtml(api)}
</main>
</body>
</html>
`;
}

function placed(paths: DescribedApi['paths']): readonly Placed[] {
  return Object.entries(paths).flatMap(([place, item]) =>
    Object.entries(item)
      .filter(([method]) => METHODS.includes(method))
      .map(([method, operation]) => ({ method, place, operation })),
  );
}

function keysHtml({ components }: DescribedApi): string {
  const schemes = Object.entries(components.securitySchemes).map(
    ([name, { description = '' }]) =>
      `<dt><code>${escapeHtml(name)}</code></dt><dd>${inlineHtml(description)}</dd>`,
  );
  return `<dl>${schemes.join('')}</dl>`;
}

function problemsHtml(): string {
  const items = Object.entries(PROBLEMS).map(
    ([code, { status, title }]) =>
      `<dt><a href="/problems/${code}"><code>${code}</code></a> ${status}</dt><dd>${escapeHtml(title)}</dd>`,
  );
  return `<section id="${anchorOf('Problems')}">
<h2>Problems</h2>
<p>Each has a page with its cause and its cure; the <code>type</code> of a problem leads there. Their body is a <a href="#${schemaAnchor('Problem')}">Problem</a>.</p>
<dl>
${items.join('\n')}
</dl>
</section>`;
}

function headersHtml({ components }: DescribedApi): string {
  const items = Object.entries(components.headers).map(
    ([name, { description = '' }]) =>
      `<dt id="header-${name}"><code>${escapeHtml(name)}</code></dt><dd>${inlineHtml(description)}</dd>`,
  );
  return `<section id="${anchorOf('Header fields')}">
<h2>Header fields</h2>
<p>Of answers.</p>
<dl>
${items.join('\n')}
</dl>
</section>`;
}

function schemasHtml({ components }: DescribedApi): string {
  const items = Object.entries(components.schemas).map(([name, schema]) => {
    const { description } = schema;
    const facts = [typeHtml(schema), rulesHtml(schema)].filter((fact) => fact !== '').join('; ');
    return `<section id="${schemaAnchor(name)}">
<h3>${escapeHtml(name)}</h3>
${description === undefined ? '' : markdownHtml(description)}
${schema.properties === undefined ? `<p><small>${facts}</small></p>` : membersHtml(schema)}
</section>`;
  });
  return `<section id="${anchorOf('Schemas')}">
<h2>Schemas</h2>
${items.join('\n')}
</section>`;
}

/** `API keys` → `api-keys`. */
function anchorOf(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
}

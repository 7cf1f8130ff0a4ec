import { type FastifyReply } from 'fastify';

/** Text that is already HTML. Everything else put into `markup` is escaped. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Part = string | number | null | undefined | Markup | readonly Markup[];

/** Template tag: the literal parts are HTML, the values are escaped unless they are `Markup` themselves. */
export function markup(literals: TemplateStringsArray, ...values: readonly Part[]): Markup {
  let text = literals[0] ?? '';
  values.forEach((value, index) => {
    text += render(value) + (literals[index + 1] ?? '');
  });
  return new Markup(text);
}

export const nothing = new Markup('');

function render(value: Part): string {
  if (value === null || value === undefined) return '';
  if (value instanceof Markup) return value.text;
  if (typeof value === 'object') return value.map((part) => part.text).join('');
  return escape(String(value));
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

export interface Page {
  /** Name at the top: which vendor's stand-in this is. */
  readonly brand: string;
  /** CSS colour of the brand. */
  readonly accent: string;
  readonly title: string;
  readonly body: Markup;
  /** Reload by itself, for pages that list things. */
  readonly refreshSeconds?: number;
  readonly wide?: boolean;
}

/** Sends a whole page. No script and nothing from elsewhere: it works on any phone and offline. */
export function sendPage(reply: FastifyReply, status: number, page: Page): FastifyReply {
  const refresh =
    page.refreshSeconds === undefined
      ? nothing
      : markup`<meta http-equiv="refresh" content="${page.refreshSeconds}">`;
  const document = markup`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${page.title} · ${page.brand}</title>${refresh}<style>${stylesheet(page.accent)}</style></head>
<body><header><strong>${page.brand}</strong><span>simulated, no real person</span></header>
<main${new Markup(page.wide === true ? ' class="wide"' : '')}><h1>${page.title}</h1>
${page.body}</main></body></html>`;
  return reply
    .code(status)
    .type('text/html; charset=utf-8')
    .header(
      'content-security-policy',
      "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'",
    )
    .header('referrer-policy', 'no-referrer')
    .header('x-content-type-options', 'nosniff')
    .header('cache-control', 'no-store')
    .send(document.text);
}

/** What the page is about, as label and value pairs. */
export function facts(pairs: readonly (readonly [string, string | null])[]): Markup {
  const rows = pairs.map(([label, value]) => markup`<dt>${label}</dt><dd>${value ?? '—'}</dd>`);
  return markup`<dl>${rows}</dl>`;
}

/** The vendor's steps as a numbered strip. */
export function steps(names: readonly string[]): Markup {
  return markup`<ol class="steps">${names.map((name) => markup`<li>${name}</li>`)}</ol>`;
}

export interface Choice {
  readonly outcome: string;
  readonly label: string;
  readonly hint: string;
  readonly tone: 'good' | 'bad' | 'mixed' | 'plain';
}

/** Buttons that each send the form with their own `outcome`. */
export function choices(options: readonly Choice[]): Markup {
  const buttons = options.map(
    (option) =>
      markup`<button name="outcome" value="${option.outcome}" class="${option.tone}">${option.label}<small>${option.hint}</small></button>`,
  );
  return markup`<div class="choices">${buttons}</div>`;
}

export function hiddenFields(fields: Readonly<Record<string, string>>): Markup {
  const inputs = Object.entries(fields).map(
    ([name, value]) => markup`<input type="hidden" name="${name}" value="${value}">`,
  );
  return markup`${inputs}`;
}

function stylesheet(accent: string): Markup {
  return new Markup(`:root{--accent:${accent}}*{box-sizing:border-box}
body{margin:0;font:17px/1.5 system-ui,sans-serif;color:#1c2430;background:#eef1f5}
header{display:flex;justify-content:space-between;align-items:baseline;gap:1em;padding:.9em 1.1em;background:var(--accent);color:#fff}
header span{font-size:.8em;opacity:.85}
main{max-width:30em;margin:1.2em auto;padding:1.3em;background:#fff;border-radius:14px;box-shadow:0 1px 6px #0002;overflow-wrap:anywhere}
main.wide{max-width:62em}h1{font-size:1.35em;line-height:1.25;margin:0 0 .6em}h2{font-size:1.05em;margin:1.6em 0 .4em}
dl{display:grid;grid-template-columns:auto 1fr;gap:.2em 1em;margin:0 0 1em;padding:.8em 1em;background:#f5f7fa;border-radius:10px}
dt{color:#5b6675}dd{margin:0}a{color:var(--accent)}
.steps{display:flex;flex-wrap:wrap;gap:.4em;list-style:none;counter-reset:s;margin:0 0 1em;padding:0;font-size:.85em}
.steps li{counter-increment:s;padding:.15em .7em;border:1px solid #d5dbe3;border-radius:99px}.steps li::before{content:counter(s) ". "}
label{display:block;margin:.8em 0 .2em;font-weight:600}
input:not([type=hidden]),select{width:100%;padding:.65em;font:inherit;border:1px solid #b9c2cd;border-radius:9px;background:#fff}
.choices{display:grid;gap:.6em;margin-top:1.2em}
button{width:100%;padding:.75em 1em;font:inherit;font-weight:600;text-align:left;border:0;border-radius:10px;color:#fff;background:#465364;cursor:pointer}
button small{display:block;font-weight:400;opacity:.9}button.good{background:#19703f}button.bad{background:#a8302c}button.mixed{background:#8a5a00}
button.plain{background:#e4e8ee;color:#1c2430}
.note{padding:.7em 1em;border-left:4px solid var(--accent);background:#f5f7fa;border-radius:0 8px 8px 0}.warn{border-color:#a8302c;background:#fdf1f0}
table{width:100%;border-collapse:collapse;font-size:.9em;overflow-wrap:normal}th,td{padding:.4em .6em;text-align:left;vertical-align:top;border-bottom:1px solid #e4e8ee}
.scroll{overflow-x:auto}code,pre{font:.88em/1.45 ui-monospace,monospace}pre{padding:.8em;background:#f5f7fa;border-radius:8px;overflow-x:auto}
.row{display:flex;flex-wrap:wrap;gap:.5em;align-items:end;margin-top:.7em}.row>label{flex:1 1 10em;min-width:0;margin:0;font-weight:400;font-size:.9em}
.row button{flex:none;width:auto;max-width:100%;padding:.6em .9em}.row>label:has(select){flex-grow:2}.between{justify-content:space-between;align-items:center;flex-wrap:nowrap;margin:0}
.card{margin:0 0 .6em;padding:.7em .9em;background:#f5f7fa;border-radius:10px}.card small{color:#5b6675}.card .row button{padding:.4em .7em;font-weight:400;font-size:.92em}
section{margin:0 0 1.4em}summary{padding:.3em 0;cursor:pointer;font-weight:600}
.grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(15em,1fr));gap:.2em 1.2em;align-items:end}.narrow{grid-template-columns:repeat(auto-fill,minmax(9em,1fr))}
.grid label{margin:.6em 0 .1em;font-weight:400}.grid label small{display:block;color:#5b6675}.grid .changed{font-weight:700}
.sms{margin:0 0 1em;padding:.8em 1em;background:#f5f7fa;border-radius:14px 14px 14px 4px}.sms small{color:#5b6675}`);
}

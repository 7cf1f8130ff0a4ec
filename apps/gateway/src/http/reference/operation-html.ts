import { escapeHtml } from '../html.js';
import {
  type DescribedApi,
  type DescribedBody,
  type DescribedContent,
  type DescribedHeader,
  type DescribedOperation,
  type DescribedParameter,
  type DescribedResponse,
  nameIn,
  resolved,
} from './described-api.js';
import { inlineHtml, markdownHtml } from './markdown.js';
import { typeHtml, wordsHtml } from './schema-html.js';

type Components = DescribedApi['components'];

/** An operation, or a webhook, closed until somebody opens it or follows a link to it. */
export function operationHtml(
  { method, place }: { readonly method: string; readonly place: string },
  operation: DescribedOperation,
  components: Components,
): string {
  const { operationId, summary, description, parameters = [], requestBody, responses } = operation;
  return `<details class="operation">
<summary><code class="${method}">${method.toUpperCase()}</code> <code>${escapeHtml(place)}</code> <span>${escapeHtml(summary)}</span></summary>
<div id="${escapeHtml(operationId)}">
${markdownHtml(description)}
<p><small>${admissionHtml(operation)} · <a href="#${escapeHtml(operationId)}"><code>${escapeHtml(operationId)}</code></a></small></p>
${parametersHtml(parameters)}
${requestBody === undefined ? '' : `<h4>Body${requestBody.required === false ? ', optional' : ''}</h4>\n${requestBody.description === undefined ? '' : markdownHtml(requestBody.description)}${bodyHtml(requestBody.content, components)}`}
<h4>Answers</h4>
<dl>
${Object.entries(responses)
  .map(([status, response]) => responseHtml(status, response, components))
  .join('\n')}
</dl>
</div>
</details>`;
}

function admissionHtml({ security = [] }: DescribedOperation): string {
  const [needed] = security;
  if (needed === undefined) return 'No key needed';
  return Object.entries(needed)
    .map(([scheme, scopes]) => {
      const kind = scheme === 'adminKey' ? 'Admin key' : 'Tenant key';
      const limit = scheme === 'adminKey' ? 'of the role' : 'with the scope';
      const names = scopes.map((scope) => `<code>${escapeHtml(scope)}</code>`).join(' or ');
      return names === '' ? kind : `${kind} ${limit} ${names}`;
    })
    .join(', ');
}

function parametersHtml(parameters: readonly DescribedParameter[]): string {
  if (parameters.length === 0) return '';
  const items = parameters.map(({ name, in: place, required, schema = {}, description }) => {
    const facts = [place, typeHtml(schema), ...(required === true ? ['required'] : [])].join(', ');
    return `<dt><code>${escapeHtml(name)}</code> <small>${facts}</small></dt>\n<dd>${wordsHtml(schema, description)}</dd>`;
  });
  return `<h4>Parameters</h4>\n<dl>\n${items.join('\n')}\n</dl>`;
}

function responseHtml(status: string, response: DescribedResponse, components: Components): string {
  const { description = '', content = {}, headers = {} } = resolved(components.responses, response);
  const problems = Object.keys(content['application/problem+json']?.examples ?? {});
  const fields = Object.entries(headers).map(fieldHtml);
  const words =
    problems.length === 0
      ? inlineHtml(description)
      : problems.map((code) => `<a href="/problems/${code}"><code>${code}</code></a>`).join(' ');
  return `<dt>${escapeHtml(status)}</dt>
<dd>${words}${fields.length === 0 ? '' : `<br><small>${fields.join(' ')}</small>`}
${problems.length === 0 ? bodyHtml(content, components) : ''}</dd>`;
}

/** A field that many answers have is told of once; another in its place. */
function fieldHtml([name, { $ref, description = '' }]: readonly [string, DescribedHeader]): string {
  const code = `<code>${escapeHtml(name)}</code>`;
  return $ref === undefined ? `${code} ${inlineHtml(description)}` : `<a href="#header-${name}">${code}</a>`;
}

function bodyHtml(body: DescribedBody, components: Components): string {
  return Object.entries(body)
    .map(
      ([mediaType, content]) =>
        `<p><code>${escapeHtml(mediaType)}</code> ${content.schema === undefined ? '' : schemaHtml(content)}</p>\n${examplesHtml(content, components)}`,
    )
    .join('\n');
}

function schemaHtml({ schema = {} }: DescribedContent): string {
  const data = schema.properties?.['data'];
  // A webhook's body: what differs from one to the next are its data.
  return data === undefined ? typeHtml(schema) : `object with the <code>data</code> of ${typeHtml(data)}`;
}

function examplesHtml({ example, examples = {} }: DescribedContent, components: Components): string {
  const named = Object.entries(examples).map(
    ([name, given]) =>
      [
        given.$ref === undefined ? name : nameIn(given.$ref),
        resolved(components.examples, given).value,
      ] as const,
  );
  const all = example === undefined ? named : [...named, ['Example', example] as const];
  return all
    .map(
      ([name, value]) =>
        `<details><summary>${escapeHtml(spaced(name))}</summary><pre>${escapeHtml(JSON.stringify(value, null, 2))}</pre></details>`,
    )
    .join('\n');
}

/** `textMessage` → `Text message`. */
function spaced(name: string): string {
  const words = name.replaceAll(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

import { escapeHtml } from '../html.js';

/**
 * The Markdown that our own descriptions use, as HTML: paragraphs, lists, `code` and **bold**. Everything else is text, so that a
 * description cannot bring tags along.
 */
export function markdownHtml(text: string): string {
  return text
    .split(/\n{2,}/)
    .map((block) => (block.startsWith('- ') ? listHtml(block) : `<p>${inlineHtml(block)}</p>`))
    .join('\n');
}

/** One line of it. */
export function inlineHtml(text: string): string {
  return text
    .split(/(`[^`]+`)/)
    .map((part) =>
      part.length > 2 && part.startsWith('`') && part.endsWith('`')
        ? `<code>${escapeHtml(part.slice(1, -1))}</code>`
        : escapeHtml(part).replace(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>'),
    )
    .join('');
}

function listHtml(block: string): string {
  const items = block
    .replace(/^- /, '')
    .split(/\n- /)
    .map((item) => `<li>${inlineHtml(item)}</li>`);
  return `<ul>${items.join('')}</ul>`;
}

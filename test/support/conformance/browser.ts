import { type Form } from './harness.js';

const HIDDEN_INPUT = /<input type="hidden" name="([^"]*)" value="([^"]*)"/gu;
const ENTITIES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&quot;': '"',
  '&#39;': "'",
  '&lt;': '<',
  '&gt;': '>',
};

/** Opens a page and gives up its body. */
export async function visit(url: string): Promise<Response> {
  const response = await fetch(url, { redirect: 'manual' });
  await response.body?.cancel();
  return response;
}

/** Opens a hosted page, posts its forms one after the other, and says where the last one sends the browser; null: nowhere. */
export async function walkThrough(url: string, forms: readonly Form[]): Promise<string | null> {
  let page = await (await fetch(url)).text();
  let returnsTo: string | null = null;
  for (const form of forms) {
    const hidden = [...page.matchAll(HIDDEN_INPUT)];
    const fields: Form = Object.fromEntries(
      hidden.map(([, name = '', value = '']) => [name, unescape(value)]),
    );
    const action = /<form[^>]* action="([^"]*)"/u.exec(page)?.[1] ?? '';
    const response = await fetch(new URL(unescape(action), url), {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams({ ...fields, ...form }),
    });
    page = await response.text();
    returnsTo = response.headers.get('location');
  }
  return returnsTo;
}

function unescape(text: string): string {
  return text.replace(/&(?:amp|quot|#39|lt|gt);/gu, (entity) => ENTITIES[entity] ?? entity);
}

/** A part of a bar, from left to right. */
export interface Part {
  readonly value: number;
  readonly shade: 'ours' | 'other' | 'light';
}

export interface Bar {
  readonly label: string;
  readonly parts: readonly Part[];
  /** What is written at its end. */
  readonly text: string;
}

export interface BarChart {
  readonly title: string;
  /** What the length is, and what the shades are. */
  readonly subtitle: string;
  readonly bars: readonly Bar[];
}

export interface LineChart {
  readonly title: string;
  readonly subtitle: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  readonly ends: readonly [first: string, last: string];
  /** A level that is not to be passed. */
  readonly limit: { readonly value: number; readonly text: string };
}

const WIDTH = 720;
const LEFT = 170;
const RIGHT = 110;
const TOP = 64;
const ROW = 34;
const BAR = 20;

/** Text and what it stands on change together, so that it can be read wherever it is shown. */
const STYLE = `
    .page { fill: #ffffff } .text { fill: #1f2328 } .quiet { fill: #59636e }
    .ours { fill: #0b6e4f } .other { fill: #6e7781 } .light { fill: #a8b1ba }
    .line { stroke: #0b6e4f; fill: none; stroke-width: 2 } .axis { stroke: #a8b1ba } .limit { stroke: #bc4c00; stroke-dasharray: 5 4 }
    text { font: 13px system-ui, sans-serif } .title { font-size: 16px; font-weight: 600 }
    @media (prefers-color-scheme: dark) {
      .page { fill: #0d1117 } .text { fill: #f0f6fc } .quiet { fill: #a9b4c0 }
      .ours { fill: #3fb68b } .other { fill: #8b949e } .light { fill: #59636e }
      .line { stroke: #3fb68b } .axis { stroke: #59636e } .limit { stroke: #f0883e }
    }`;

export function barChart({ title, subtitle, bars }: BarChart): string {
  const longest = Math.max(...bars.map(({ parts }) => lengthOf(parts)));
  const scale = (WIDTH - LEFT - RIGHT) / longest;
  const rows = bars.map(({ label, parts, text }, index) => {
    const y = TOP + index * ROW;
    let x = LEFT;
    const rectangles = parts.map(({ value, shade }) => {
      const width = Math.max(1, value * scale);
      const rectangle = `<rect class="${shade}" x="${at(x)}" y="${y}" width="${at(width)}" height="${BAR}"/>`;
      x += width;
      return rectangle;
    });
    const middle = y + BAR - 5;
    return [
      `<text class="text" x="${LEFT - 10}" y="${middle}" text-anchor="end">${escaped(label)}</text>`,
      ...rectangles,
      `<text class="text" x="${at(x + 8)}" y="${middle}">${escaped(text)}</text>`,
    ].join('\n  ');
  });
  const described = bars.map(({ label, text }) => `${label}: ${text}`).join('; ');
  return page(title, subtitle, described, TOP + bars.length * ROW + 8, rows);
}

export function lineChart({ title, subtitle, points, ends, limit }: LineChart): string {
  const height = 300;
  const [left, right, bottom] = [60, WIDTH - 30, height - 40];
  const highest = Math.max(limit.value, ...points.map(([, y]) => y)) * 1.1;
  const farthest = Math.max(...points.map(([x]) => x));
  const placeX = (x: number): number => left + ((right - left) * x) / farthest;
  const placeY = (y: number): number => bottom - ((bottom - TOP) * y) / highest;
  const path = points
    .map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${at(placeX(x))} ${at(placeY(y))}`)
    .join(' ');
  const limitY = at(placeY(limit.value));
  const last = points.at(-1)?.[1] ?? 0;
  return page(title, subtitle, `${ends.join(' to ')}: ends at ${last.toFixed(0)}; ${limit.text}`, height, [
    `<line class="axis" x1="${left}" y1="${bottom}" x2="${right}" y2="${bottom}"/>`,
    `<line class="axis" x1="${left}" y1="${TOP}" x2="${left}" y2="${bottom}"/>`,
    `<line class="limit" x1="${left}" y1="${limitY}" x2="${right}" y2="${limitY}"/>`,
    `<text class="quiet" x="${right}" y="${at(placeY(limit.value) - 6)}" text-anchor="end">${escaped(limit.text)}</text>`,
    `<path class="line" d="${path}"/>`,
    `<text class="text" x="${right}" y="${at(placeY(last) - 10)}" text-anchor="end">${last.toFixed(0)}</text>`,
    `<text class="quiet" x="${left - 8}" y="${bottom}" text-anchor="end">0</text>`,
    `<text class="quiet" x="${left}" y="${bottom + 20}">${escaped(ends[0])}</text>`,
    `<text class="quiet" x="${right}" y="${bottom + 20}" text-anchor="end">${escaped(ends[1])}</text>`,
  ]);
}

function page(
  title: string,
  subtitle: string,
  described: string,
  height: number,
  rows: readonly string[],
): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title desc">
  <title id="title">${escaped(title)}</title>
  <desc id="desc">${escaped(described)}</desc>
  <style>${STYLE}
  </style>
  <rect class="page" width="${WIDTH}" height="${height}"/>
  <text class="text title" x="16" y="28">${escaped(title)}</text>
  <text class="quiet" x="16" y="48">${escaped(subtitle)}</text>
  ${rows.join('\n  ')}
</svg>
`;
}

function lengthOf(parts: readonly Part[]): number {
  return parts.reduce((sum, { value }) => sum + value, 0);
}

function at(place: number): string {
  return place.toFixed(1);
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

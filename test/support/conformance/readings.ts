import { type Action, type ByteStream, type Reading } from '@gatehouse/contract';

type Present = Extract<Reading, { kind: 'present' }>;

/** What a reading comes to in one word: the verdict, or that there is none. */
export function outcomeOf(reading: Reading): string {
  return reading.kind === 'present' ? (reading.observation.verdict ?? 'no verdict') : reading.kind;
}

export function presentReading(reading: Reading): Present {
  if (reading.kind !== 'present') throw new Error(`The reading is ${reading.kind}`);
  return reading;
}

/** How a reading looks while the person still has everything to do. */
export const WAITING: readonly string[] = ['absent', 'requires_input'];

export function linkOf(action: Action): string {
  if (action.type !== 'redirect') throw new Error(`The action is ${action.type}`);
  return action.url;
}

export async function bytesOf(stream: ByteStream | null): Promise<Buffer> {
  if (stream === null) throw new Error('There is no stream');
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream.bytes) chunks.push(chunk);
  return Buffer.concat(chunks);
}

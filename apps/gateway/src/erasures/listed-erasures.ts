import { type ListedErasure } from '@gatehouse/core';
import { StartError } from '@gatehouse/platform';
import { z } from 'zod';

const listed = z.object({
  tenantId: z.uuid(),
  id: z.uuid(),
  environment: z.enum(['test', 'live']).nullable(),
  ground: z.enum(['request', 'retention']),
  namedBy: z.enum(['verification', 'email', 'phone', 'retention']),
  requestedAt: z.iso.datetime(),
  verificationIds: z.array(z.uuid()),
  orphanIds: z.array(z.uuid()),
}) satisfies z.ZodType<ListedErasure>;

/** A list of erasures as `npm run erasures -- export` wrote it, a line at a time. Throws StartError that names the line. */
export async function* listedErasures(
  lines: AsyncIterable<string>,
): AsyncGenerator<ListedErasure, void, undefined> {
  let number = 0;
  for await (const line of lines) {
    number += 1;
    if (line.trim() !== '') yield erasureOf(line, number);
  }
}

function erasureOf(line: string, number: number): ListedErasure {
  try {
    return listed.parse(JSON.parse(line));
  } catch {
    throw new StartError([`line ${number} is not one of a list of erasures`]);
  }
}

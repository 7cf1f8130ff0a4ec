import { request } from 'undici';

import { parseNote, type VerifierKey } from '../tree/signed-note.js';
import { cosignedAt } from '../tree/cosignature.js';
import { addCheckpointBody, parseWitnessAnswer, type WitnessAnswer } from '../tree/witness-request.js';
import { type Testimony, type ToldCheckpoint, type Witness } from './witness.js';

/** Asked twice at most, it has answered before another replica may tell it of a newer head: see EVERY_MS of the telling. */
const DEADLINE_MS = 4_000;
/** Cosignatures are lines; more than this is no answer of a witness. */
const LONGEST_ANSWER = 64 * 1024;

/** A witness that speaks https://c2sp.org/tlog-witness. What it answers counts only if its own key signed it. Throws what the network throws. */
export class HttpWitness implements Witness {
  readonly name: string;

  /** `url`: of the witness, without `/add-checkpoint`. */
  constructor(
    private readonly url: string,
    private readonly key: VerifierKey,
  ) {
    this.name = key.name;
  }

  async tell(checkpoint: ToldCheckpoint): Promise<Testimony> {
    const first = await this.#ask(checkpoint, checkpoint.oldSize);
    // It remembers another size than we do: a row of ours was lost, or another replica was quicker.
    const answer =
      first.outcome === 'expects_size' && first.size <= checkpoint.size
        ? await this.#ask(checkpoint, first.size)
        : first;
    switch (answer.outcome) {
      case 'cosigned': {
        const text = parseNote(checkpoint.note)?.text ?? '';
        if (cosignedAt(text, this.key, answer.signatures) === null)
          return { isTaken: false, reason: 'not_cosigned' };
        return { isTaken: true, cosignatures: answer.signatures.map(({ line }) => line).join('') };
      }
      case 'expects_size':
        // More than there is: the tail of our ledger was cut.
        return { isTaken: false, reason: answer.size > checkpoint.size ? 'inconsistent' : 'expects_size' };
      case 'refused':
        return { isTaken: false, reason: answer.reason };
    }
  }

  async #ask({ proofFrom, note }: ToldCheckpoint, oldSize: number): Promise<WitnessAnswer> {
    const body = addCheckpointBody(oldSize, await proofFrom(oldSize), note);
    const signal = AbortSignal.timeout(DEADLINE_MS);
    const answer = await request(`${this.url}/add-checkpoint`, { method: 'POST', body, signal });
    const contentType = answer.headers['content-type'];
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of answer.body as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > LONGEST_ANSWER) return { outcome: 'refused', reason: 'unintelligible' };
      chunks.push(chunk);
    }
    return parseWitnessAnswer(
      answer.statusCode,
      typeof contentType === 'string' ? contentType : null,
      Buffer.concat(chunks).toString(),
    );
  }
}

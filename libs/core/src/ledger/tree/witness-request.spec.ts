import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';

import { NoteSigner } from './signed-note.js';
import { addCheckpointBody, parseWitnessAnswer } from './witness-request.js';

const HASH = Buffer.from('PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=', 'base64');
const CHECKPOINT =
  'example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n' +
  '\u2014 example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n';
// The example of the specification.
const COSIGNATURES =
  '\u2014 witness.example/w1 CMp+6LWBU0anHGH5aNDTJkH/gj79sG+T6+iP2ThYN5krrDJbR1HDnucjL39QsZTSvVjyQLrdk3DXDqI5G2HgLatVs0pWh6Up69HVOw==\n' +
  '\u2014 witness.example/w2 AWui8Sk55XjYLOijihBjhqEH6nS1ndDymE0a+6idX7pLcnoB+dhnz0854aLZgrrKbYKA7nC3HNJhm/kWl7oJlqU3rXXvpysAdyP3wQ==\n';

describe('addCheckpointBody', () => {
  it('is the old size, the proof, an empty line, and the checkpoint as it is', () => {
    expect(addCheckpointBody(20852014, [HASH, Buffer.alloc(32)], CHECKPOINT)).toBe(
      `old 20852014\n${HASH.toString('base64')}\n${'A'.repeat(43)}=\n\n${CHECKPOINT}`,
    );
  });

  it('begins with nothing to prove', () => {
    expect(addCheckpointBody(0, [], CHECKPOINT)).toBe(`old 0\n\n${CHECKPOINT}`);
  });

  it.each([
    ['a negative size', -1, []],
    ['a broken size', 0.5, []],
    ['a proof from nothing', 0, [HASH]],
    ['a hash too short', 1, [HASH.subarray(1)]],
    ['64 hashes', 1, Array.from({ length: 64 }, () => HASH)],
  ])('refuses %s', (_, oldSize, proof) => {
    expect(() => addCheckpointBody(oldSize, proof, CHECKPOINT)).toThrow(RangeError);
  });
});

describe('parseWitnessAnswer', () => {
  it('finds the cosignatures, those of every key', () => {
    const answer = parseWitnessAnswer(200, 'text/plain', COSIGNATURES);
    const signatures = answer.outcome === 'cosigned' ? answer.signatures : [];
    expect(signatures.map(({ name }) => name)).toEqual(['witness.example/w1', 'witness.example/w2']);
    expect(signatures.map(({ line }) => line).join('')).toBe(COSIGNATURES);
  });

  it.each(['text/x.tlog.size', 'Text/X.TLog.Size; charset=utf-8'])('finds the size in %s', (type) => {
    expect(parseWitnessAnswer(409, type, '20852014\n')).toEqual({ outcome: 'expects_size', size: 20852014 });
    expect(parseWitnessAnswer(409, type, '0\n')).toEqual({ outcome: 'expects_size', size: 0 });
  });

  it.each([
    [400, 'malformed_request'],
    [403, 'untrusted_key'],
    [404, 'unknown_log'],
    [422, 'inconsistent'],
    [429, 'unavailable'],
    [500, 'unavailable'],
    [503, 'unavailable'],
    [204, 'unintelligible'],
    [302, 'unintelligible'],
    [418, 'unintelligible'],
  ])('reads %i as %s', (status, reason) => {
    expect(parseWitnessAnswer(status, null, COSIGNATURES)).toEqual({ outcome: 'refused', reason });
  });

  const signer = new NoteSigner('log.test', generateKeyPairSync('ed25519').privateKey);
  it.each([
    ['nothing', 200, null, ''],
    ['a page', 200, 'text/html', '<html></html>\n'],
    ['a cosignature without its end', 200, 'text/plain', COSIGNATURES.slice(0, -1)],
    ['a whole note', 200, 'text/plain', signer.sign('a\n')],
    ['a size of another type', 409, 'text/plain', '5\n'],
    ['a size without type', 409, null, '5\n'],
    ['a size without its newline', 409, 'text/x.tlog.size', '5'],
    ['a size with a leading zero', 409, 'text/x.tlog.size', '05\n'],
    ['a size and more', 409, 'text/x.tlog.size', '5\n5\n'],
    ['no size', 409, 'text/x.tlog.size', '\n'],
  ])('makes nothing of %s', (_, status, type, body) => {
    expect(parseWitnessAnswer(status, type, body)).toEqual({ outcome: 'refused', reason: 'unintelligible' });
  });
});

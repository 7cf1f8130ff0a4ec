import { describe, expect, it } from '@jest/globals';

import { toEventView } from './event.mapper.js';

const id = '01890a5d-ac96-774b-bcce-b302099a8057';
const event = {
  id,
  type: 'verification.status_changed',
  at: new Date('2026-01-02T03:04:05.678Z'),
  actor: `key:${id}`,
  version: 2,
  data: { from: 'processing', to: 'verified', signalId: id },
};

describe('toEventView', () => {
  it('tells what happened by public ids, and keeps our own to ourselves', () => {
    expect(toEventView(event)).toEqual({
      object: 'event',
      id: 'evt_01h455vb4pex5vsknk084sn02q',
      type: 'verification.status_changed',
      at: '2026-01-02T03:04:05.678Z',
      actor: 'key:key_01h455vb4pex5vsknk084sn02q',
      version: 2,
      data: { from: 'processing', to: 'verified' },
    });
  });

  it('names an operator’s key by its own kind of id', () => {
    expect(toEventView({ ...event, actor: `admin:${id}` }).actor).toBe(
      'admin:adk_01h455vb4pex5vsknk084sn02q',
    );
  });

  it.each(['system', 'browser', 'provider:sentinel'])('leaves the actor %s as it is', (actor) => {
    expect(toEventView({ ...event, actor }).actor).toBe(actor);
  });
});

import { Writable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { type LogLevel } from '../config.js';
import { Log, type LogFields } from './log.js';
import { NestLog } from './nest-log.js';
import { RequestContext } from './request-context.js';

class Lines extends Writable {
  text = '';

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }

  get all(): Record<string, unknown>[] {
    return this.text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }
}

function logTo(lines: Lines, level: LogLevel = 'debug'): Log {
  return new Log({ level, destination: lines });
}

const PLANTED = [
  'Lovelace',
  'ada@example.com',
  '+4915112345678',
  'sk_live_',
  'Bearer',
  '1815-12-10',
  'hunter2',
];

function expectNothingPlanted(lines: Lines): void {
  for (const secret of PLANTED) expect(lines.text).not.toContain(secret);
}

/** What a cast, a spread or plain JavaScript may hand in against the types. */
function smuggled(fields: Record<string, unknown>): LogFields {
  return fields;
}

describe('a log line', () => {
  it('holds level, time, message and the fields of the list', () => {
    const lines = new Lines();
    logTo(lines).info('request answered', {
      route: '/v1/verifications/:id',
      method: 'GET',
      status: 200,
      durationMs: 1.5,
      retry: false,
      tenantId: undefined,
    });
    expect(lines.all).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        message: 'request answered',
        route: '/v1/verifications/:id',
        method: 'GET',
        status: 200,
        durationMs: 1.5,
        retry: false,
      },
    ]);
  });

  it('drops every field that is not on the list', () => {
    const lines = new Lines();
    logTo(lines).info(
      'planted',
      smuggled({
        email: 'ada@example.com',
        body: { name: 'Ada Lovelace' },
        authorization: 'Bearer sk_live_1',
        headers: { authorization: 'Bearer sk_live_1' },
        url: '/v1/verifications?email=ada@example.com',
        code: 'kept',
      }),
    );
    expectNothingPlanted(lines);
    expect(Object.keys(lines.all[0] ?? {}).sort()).toEqual(['code', 'level', 'message', 'time']);
  });

  it('drops what a field of the list may not hold: objects, long text, text that could be data', () => {
    const lines = new Lines();
    logTo(lines).info(
      'planted',
      smuggled({
        tenantId: { name: 'Ada Lovelace' },
        provider: ['ada@example.com'],
        code: 'Ada Lovelace, born 1815-12-10',
        reason: 'ada@example.com',
        route: '/v1/verifications?phone=+4915112345678',
        kind: 'hunter2'.repeat(100),
        event: Buffer.from('hunter2'),
        state: () => 'hunter2',
        source: { toJSON: () => 'hunter2' },
      }),
    );
    expectNothingPlanted(lines);
    expect(Object.keys(lines.all[0] ?? {}).sort()).toEqual(['level', 'message', 'time']);
  });

  it('tells an error by name, code and frames, never by message', () => {
    const lines = new Lines();
    const cause = new TypeError('hunter2');
    const error = Object.assign(new RangeError('no row for ada@example.com', { cause }), {
      code: 'E_RANGE',
      detail: 'Key (email)=(ada@example.com)',
      response: { data: 'Ada Lovelace' },
    });
    logTo(lines).error('planted', { error });
    expectNothingPlanted(lines);
    expect(lines.all[0]).toMatchObject({
      errorName: 'RangeError',
      errorCode: 'E_RANGE',
      errorCauses: ['TypeError'],
      stackFrames: expect.arrayContaining([
        expect.stringMatching(/^libs\/platform\/src\/log\/log\.spec\.ts:\d+$/),
      ]),
    });
  });

  it('is not taken in by a message that looks like a stack, nor by a name or code that is data', () => {
    const lines = new Lines();
    const log = logTo(lines);
    log.error('planted', { error: new Error('x\n    at hunter2 (/Lovelace/hunter2.js:1:1)\n    at y') });
    const changed = new Error('first');
    changed.message = 'x\n    at hunter2 (/Lovelace/hunter2.js:1:1)';
    changed.stack = `Error: ${changed.message} again\n    at f (/home/Lovelace/app.js:1:2)`;
    log.error('planted', { error: changed });
    log.error('planted', {
      error: Object.assign(new Error(''), { name: 'Ada Lovelace', code: 'ada@example.com' }),
    });
    log.error('planted', { error: 'hunter2' });
    log.error('planted', { error: { message: 'hunter2', stack: 'hunter2' } });
    log.error('planted', { error: null });
    expectNothingPlanted(lines);
    expect(lines.all.slice(2).map((line) => line['errorName'])).toEqual([
      'Error',
      'string',
      'object',
      'null',
    ]);
  });

  it('is written from its level upwards', () => {
    const lines = new Lines();
    const log = logTo(lines, 'warn');
    log.debug('debug');
    log.info('info');
    log.warn('warn');
    log.error('error');
    expect(lines.all.map((line) => line['level'])).toEqual(['warn', 'error']);
    const silent = new Lines();
    logTo(silent, 'silent').error('error');
    expect(silent.text).toBe('');
  });

  it('carries the id of its request, also across awaits, and no other', async () => {
    const lines = new Lines();
    const log = logTo(lines);
    await Promise.all(
      ['req_1', 'req_2'].map((requestId) =>
        RequestContext.run({ requestId }, async () => {
          await Promise.resolve();
          log.info('inside', { code: requestId });
        }),
      ),
    );
    log.info('outside');
    expect(lines.all.map((line) => [line['requestId'], line['code']])).toEqual([
      ['req_1', 'req_1'],
      ['req_2', 'req_2'],
      [undefined, undefined],
    ]);
    expect(RequestContext.current()).toBeUndefined();
  });

  it('drops a request id that could be data', () => {
    const lines = new Lines();
    RequestContext.run({ requestId: 'ada@example.com' }, () => {
      logTo(lines).info('planted');
    });
    expectNothingPlanted(lines);
  });
});

describe("Nest's own lines", () => {
  it('are written from warn upwards, with their context', () => {
    const lines = new Lines();
    const nest = new NestLog(logTo(lines));
    nest.log();
    nest.debug();
    nest.verbose();
    nest.warn('Unsupported route path', 'LegacyRouteConverter');
    nest.fatal('cannot go on');
    expect(lines.all.map(({ level, message, context }) => [level, message, context])).toEqual([
      ['warn', 'Unsupported route path', 'LegacyRouteConverter'],
      ['error', 'cannot go on', undefined],
    ]);
  });

  it('hold nothing of an error but what any line may', () => {
    const lines = new Lines();
    const nest = new NestLog(logTo(lines));
    const error = new Error('no row for ada@example.com');
    nest.error(error, 'ExceptionsHandler');
    nest.error(error.message, error.stack, 'ExceptionsHandler');
    nest.error({ name: 'Ada Lovelace' });
    nest.warn('x'.repeat(199) + 'Lovelace');
    expectNothingPlanted(lines);
    expect(lines.all[0]).toMatchObject({ errorName: 'Error', context: 'ExceptionsHandler' });
  });
});

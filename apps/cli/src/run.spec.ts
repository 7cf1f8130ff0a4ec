import { describe, expect, it } from '@jest/globals';

import { type Circumstances, start } from '../test/terminal.js';

const NOWHERE: Circumstances = {
  configuration: { url: 'http://127.0.0.1:1', adminKey: 'gk_admin_x', tenantKey: 'gk_test_x' },
};

describe('a wrong use', () => {
  it.each([
    ['no command', []],
    ['an option that there is not', ['tenants', 'list', '--colour']],
    ['an argument too few', ['tenants', 'create']],
    ['a number out of its bounds', ['tenants', 'list', '--limit', '0']],
    ['a word that is none of those', ['keys', 'create', 'x', '--environment', 'prod']],
    ['two forms at once', ['tenants', 'list', '--json', '--quiet']],
    ['no tenant', ['keys', 'list']],
    ['an address that is none', ['tenants', 'list', '--url', 'localhost:3000']],
    ['a file that there is not', ['connections', 'set', 'x', '--tenant', 't', '--from', 'no-such-file.json']],
    ['nobody to verify', ['verifications', 'create']],
    ['a target that is no URL', ['webhooks', 'listen', '--forward-to', 'localhost:3000']],
  ])('ends with 2 and says what: %s', async (_, args) => {
    const { code, out, err } = await start(args, NOWHERE).done;
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).not.toBe('');
  });

  it('is to have no key, and says where it goes', async () => {
    const admin = await start(['tenants', 'list']).done;
    expect(admin).toMatchObject({ code: 2, err: expect.stringContaining('GATEHOUSE_ADMIN_KEY') });
    const backend = await start(['verifications', 'list']).done;
    expect(backend).toMatchObject({ code: 2, err: expect.stringContaining('GATEHOUSE_KEY') });
  });

  it('is told to a program as JSON', async () => {
    const { code, out, err } = await start(['tenants', 'list', '--json']).done;
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(JSON.parse(err)).toEqual({
      error: {
        code: 'wrong_use',
        detail: 'This needs an admin key.',
        hint: expect.stringContaining('--admin-key'),
      },
    });
  });

  it('shows nothing of a file that is not JSON', async () => {
    const secret = '{"credentials": {"apiKey": s3cr3t-value}}';
    const set = start(['connections', 'set', 'x', '--tenant', 't', '--from', '-'], {
      ...NOWHERE,
      stdin: secret,
    });
    const { code, err } = await set.done;
    expect(code).toBe(2);
    expect(err).toContain('not JSON');
    expect(err).not.toContain('s3cr3t');
  });
});

import { describe, expect, it } from '@jest/globals';

import { RouteTable } from './route-table.js';

describe('RouteTable', () => {
  const routes = new RouteTable();
  routes.add('POST', '/v1/things');
  routes.add(['GET', 'HEAD'], '/v1/things/:id');
  routes.add('GET', '/files/*');

  it('knows the methods of a path', () => {
    expect(routes.methodsFor('/v1/things/7?x=1')).toEqual(['GET', 'HEAD']);
    expect(routes.methodsFor('/v1/things')).toEqual(['POST']);
  });

  it('knows the methods of all that is below a path', () => {
    for (const path of ['/files/', '/files/one.js', '/files/deep/down/two.js?x=1'])
      expect(routes.methodsFor(path)).toEqual(['GET']);
    expect(routes.methodsFor('/files')).toEqual([]);
  });

  it('knows no methods for other paths', () => {
    expect(routes.methodsFor('/v1/things/7/parts')).toEqual([]);
    expect(routes.methodsFor('/v1/things/')).toEqual([]);
  });
});

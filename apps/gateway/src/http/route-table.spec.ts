import { describe, expect, it } from '@jest/globals';

import { RouteTable } from './route-table.js';

describe('RouteTable', () => {
  const routes = new RouteTable();
  routes.add('POST', '/v1/things');
  routes.add(['GET', 'HEAD'], '/v1/things/:id');

  it('knows the methods of a path', () => {
    expect(routes.methodsFor('/v1/things/7?x=1')).toEqual(['GET', 'HEAD']);
    expect(routes.methodsFor('/v1/things')).toEqual(['POST']);
  });

  it('knows no methods for other paths', () => {
    expect(routes.methodsFor('/v1/things/7/parts')).toEqual([]);
    expect(routes.methodsFor('/v1/things/')).toEqual([]);
  });
});

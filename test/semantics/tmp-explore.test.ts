import * as api from '@tessera/api';
import { features, groupByFeatures } from '@tessera/testing';
import { test } from 'vitest';
const a: any = api;
const T = '2025-01-01T00:00:00Z'; const Q = '2025-01-02T00:00:00Z';
async function attempt(name: string, f: () => Promise<any>) { try { console.log(name, JSON.stringify(await f(), (_, v) => typeof v === 'bigint' ? `${v}n` : v instanceof Map ? [...v] : v)); } catch (e: any) { console.log(name, 'ERR', e.message?.slice(0, 700)); } }
for (const n of ['code', 't', 'day', '__t', '__ds', '__pos', '__row', '__label', '__day', 'k0', 'c0', 'e0', 'l0', 'pos', 'u0', 'j0', 's', 'a"b', "a'b", 'select', 'ds2', 'KEY', 'position', 'partition', 'tie', 'timeMs', 'q0', 'x.y', 'é', 'n', 'p', 'i', 'ds', 'DS', '__present', 'presence_0', 'row', 'rows']) {
  test(`col ${n}`, async () => {
    await attempt(`source+left col ${n}`, async () => {
      const src = a.events({ name: 'log', path: 'log', columns: { [n]: 'string', tm: 'timestamp', x: 'double', tags: 'list<string>' }, time: 'tm', tieBreaker: n });
      const left = a.events({ name: 'l', path: 'l', columns: { [n]: 'string', tm: 'timestamp' }, time: 'tm' });
      const g = a.groupBy({ name: 'g', source: src, keys: [n], aggregations: [a.count({ as: 'c' }), a.max(n, { as: 'm' }), a.last('x', { as: 'l' }), a.count({ by: n, as: 'b' }), a.count({ where: { op: 'is_null', operand: { column: n } }, as: 'w' }), a.firstK('tags', { k: 1 })] });
      const rows = await features(a.join({ name: 'j', left, parts: [a.part(g)] })).given({ log: [{ [n]: 'v', tm: T, x: 1, tags: ['p'] }, { [n]: 'v', tm: T, x: 2 }], l: [{ [n]: 'v', tm: Q }, { [n]: 'v', tm: T }] } as any).rows();
      const grid = await groupByFeatures(g, { start: '2025-01-01', end: '2025-01-01' }).given({ log: [{ [n]: 'v', tm: T, x: 1, tags: ['p'] }] } as any).rows();
      return [rows, grid];
    });
    await attempt(`eventId/dedupe ${n}`, async () => {
      const src = a.events({ name: 'log', path: 'log', columns: { [n]: 'string', k: 'string', tm: 'timestamp' }, time: 'tm', eventId: n });
      const ent = a.entities({ name: 'ent', path: 'ent', columns: { [n]: 'string', k: 'string', v: 'int64' }, keys: ['k'], dedupe: { orderBy: n } });
      const left = a.events({ name: 'l', path: 'l', columns: { [n]: 'string', tm: 'timestamp', k: 'string' }, time: 'tm', eventId: n });
      const g = a.groupBy({ name: 'g', source: src, keys: ['k'], aggregations: [a.count({ as: 'c' })] });
      return features(a.join({ name: 'j', left, parts: [a.part(g), a.part(ent)] })).given({ log: [{ [n]: 'v', tm: T, k: 'a' }, { [n]: 'v', tm: T, k: 'a' }], ent: [{ ds: '2025-01-01', [n]: 'v', k: 'a', v: 3 }], l: [{ [n]: 'v', tm: Q, k: 'a' }, { [n]: 'v', tm: Q, k: 'a' }] } as any).rows();
    });
  });
}

import type { SourceSpec } from '@tessera/api';
import { expect, test } from 'vitest';
import { labelsByFile, leftCodesSql } from '../dist/tasks/task-sql.js';

const events: SourceSpec = {
  ...{ kind: 'events', name: 'asked', path: 'asked', format: 'parquet', time: 'at' },
  columns: [
    { name: 'user', type: { kind: 'string' }, nullable: true },
    { name: 'at', type: { kind: 'timestamp' }, nullable: true },
  ],
};
const { time: _, ...rest } = events;
const entities: SourceSpec = { ...rest, kind: 'entities' };
const files = (...labels: (string | null)[]) => ({
  kind: 'parquet' as const,
  files: labels.map((ds, idx) => ({ path: `${idx}.parquet`, ds })),
});
const keySet = {
  id: 'k0',
  columns: ['user'],
  types: [{ kind: 'string' as const }],
  snapshotLagMs: null,
};
const sqlOf = (left: Parameters<typeof labelsByFile>[0], limit: number | null) =>
  leftCodesSql(left, [{ keySet, table: 'keys' }], limit);

test('rows of a left tell their file where each has a day, else their day', () => {
  const byDay = { source: events, relation: files('2025-01-02', '2025-01-02', '2025-01-05') };
  expect(labelsByFile(byDay, null)).toEqual(['2025-01-02', '2025-01-02', '2025-01-05']);
  expect(sqlOf(byDay, null)).toContain('__file AS __day');
  const others: [Parameters<typeof labelsByFile>[0], number | null][] = [
    [byDay, 10],
    [{ ...byDay, relation: files(null, null) }, null],
    [{ ...byDay, relation: files('2025-01-02', null) }, null],
    [{ ...byDay, relation: { kind: 'table', name: 't' } }, null],
    [{ ...byDay, source: entities }, null],
  ];
  for (const [left, limit] of others) {
    expect(labelsByFile(left, limit)).toBeNull();
    expect(sqlOf(left, limit)).not.toContain('__file AS __day');
  }
});

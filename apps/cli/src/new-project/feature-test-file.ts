import { type AggregationSpec, type DataType, featureName } from '@tessera/api';
import { tsKey, tsMember, tsString } from '../describe/ts-text.js';
import type { Recent } from './definition-files.js';
import type { ProjectDesign } from './design.js';

const DAY_MS = 86_400_000;

/** A feature test whose answers can be seen: two rows of one instant, and one after them. */
export function featureTestText(design: ProjectDesign, recent: Recent | null): string {
  const { events, key, amount, category, groupBy, join } = design;
  const time = events.suggestion.times[0]!;
  const instants = [0, 0, 1].map((step) => instantText(time.type, baseMs(design), step));
  const columns: { name: string; cells: string[] }[] = [
    { name: time.column, cells: instants },
    { name: key.name, cells: sameText(key.type) },
  ];
  if (amount !== null) columns.push({ name: amount.name, cells: ['10', '20', '30'] });
  if (category !== null) columns.push({ name: category.name, cells: differentText(category.type) });
  const name = (aggregation: Partial<AggregationSpec>, window: string) =>
    featureName({
      groupBy: groupBy.name,
      // As much of a specification as a name is made of.
      aggregation: aggregation as AggregationSpec,
      window,
    });
  const checks = [
    check(name({ operation: 'COUNT' }, '1d'), ['0', '0', '2']),
    ...(amount === null
      ? []
      : [
          check(name({ operation: 'SUM', input: amount.name }, '7d'), [
            'null',
            'null',
            sumText(amount.type),
          ]),
          check(name({ operation: 'AVERAGE', input: amount.name }, '7d'), ['null', 'null', '15']),
        ]),
    ...(category === null
      ? []
      : [
          check(name({ operation: 'APPROX_UNIQUE_COUNT', input: category.name }, '30d'), [
            '0',
            '0',
            '2',
          ]),
        ]),
  ];
  const given =
    recent === null
      ? [`    .given({ ${tsKey(events.name)}: given })`]
      : [`    .given({ ${tsKey(events.name)}: given, ${tsKey(recent.name)}: given })`];
  return [
    "import assert from 'node:assert/strict';",
    "import { test } from 'node:test';",
    `import { features${isPlain(columns) ? ', table' : ''} } from '@tessera/testing';`,
    `import { ${join.constant} } from '../features/training.js';`,
    '',
    "test('a row counts what came before it, and neither itself nor its own instant', async () => {",
    ...rowsText(columns),
    `  const rows = await features(${join.constant})`,
    ...given,
    '    .rows();',
    ...checks,
    '});',
    '',
  ].join('\n');
}

function check(feature: string, values: readonly string[]): string {
  const member = tsMember('row', feature);
  return `  assert.deepEqual(rows.map((row) => ${member}), [${values.join(', ')}]);`;
}

/** The table literal where names allow it, else objects. */
function rowsText(columns: readonly { name: string; cells: readonly string[] }[]): string[] {
  if (!isPlain(columns)) {
    const objects = [0, 1, 2].map((row) => {
      const members = columns.map(({ name, cells }) => `${tsKey(name)}: ${tsString(cells[row]!)}`);
      return `    { ${members.join(', ')} },`;
    });
    return ['  const given = [', ...objects, '  ];'];
  }
  const widths = columns.map(({ name, cells }) =>
    Math.max(name.length, ...cells.map((cell) => cell.length)),
  );
  const line = (values: readonly string[]) =>
    `    ${values
      .map((value, idx) => value.padEnd(widths[idx]!))
      .join(' | ')
      .trimEnd()}`;
  const lines = [
    line(columns.map(({ name }) => name)),
    ...[0, 1, 2].map((row) => line(columns.map(({ cells }) => cells[row]!))),
  ];
  return ['  const given = table`', ...lines.slice(0, -1), `${lines.at(-1)}\`;`];
}

function isPlain(columns: readonly { name: string }[]): boolean {
  return columns.every(({ name }) =>
    /^[\p{L}\p{Nd}_.-]([\p{L}\p{Nd}_. -]*[\p{L}\p{Nd}_.-])?$/u.test(name),
  );
}

function sameText(type: DataType): string[] {
  const one = type.kind === 'string' ? 'a' : type.kind === 'boolean' ? 'true' : '1';
  return [one, one, one];
}

function differentText(type: DataType): string[] {
  return type.kind === 'string' ? ['x', 'y', 'x'] : ['1', '2', '1'];
}

function sumText(type: DataType): string {
  if (type.kind === 'decimal')
    return tsString(type.scale === 0 ? '30' : `30.${'0'.repeat(type.scale)}`);
  return type.kind === 'float' || type.kind === 'double' ? '30' : '30n';
}

/** A day of the data's own, so that a `where` on its end keeps it. */
function baseMs({ events }: ProjectDesign): number {
  const time = events.suggestion.times[0];
  const last = events.table.columns.find(({ name }) => name === time?.column)?.max;
  const day = /^(19[7-9]\d|20\d\d|21\d\d)-\d\d-\d\d/.exec(last ?? '')?.[0];
  return day === undefined ? Date.UTC(2025, 0, 1) : Date.parse(day);
}

/** A step is a day where the time is one, else a second. */
function instantText(type: DataType, startMs: number, step: number): string {
  const ms = startMs + step * (type.kind === 'date' ? DAY_MS : 1000);
  const iso = new Date(ms).toISOString();
  switch (type.kind) {
    case 'date':
      return iso.slice(0, 10);
    case 'epoch_s':
      return String(ms / 1000);
    case 'epoch_ms':
      return String(ms);
    case 'epoch_us':
      return String(ms * 1000);
    default:
      return iso.replace('.000Z', 'Z');
  }
}

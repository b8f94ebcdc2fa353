import {
  count,
  DEFINITION_RULES,
  definitionHash,
  events,
  groupBy,
  TesseraError,
} from '@tessera/api';
import { LAYERS, RULES, validate } from '@tessera/validators';
import { describe, expect, test } from 'vitest';
import { randomOf } from '../../packages/expr/test/fuzz/random.js';

const told = (rule: (typeof DEFINITION_RULES)[number], at: string) =>
  new TesseraError('BAD_OPTION', { option: 'x', reason: 'is odd' }, { at, rule });

const shuffled = <T>(items: readonly T[], seed: number): T[] => {
  const random = randomOf(seed);
  return items
    .map((item) => ({ item, by: random.next() }))
    .sort((a, b) => a.by - b.by)
    .map(({ item }) => item);
};

const everything = DEFINITION_RULES.map((rule, idx) => told(rule, `place ${idx % 3}`));
const NOTHING = { joins: [], groupBys: [] };

describe('findings', () => {
  const placeOf = new Map(RULES.map(({ id }, idx) => [id, idx]));
  const layerOf = new Map(RULES.map(({ id, layer }) => [id, layer]));

  test.each([1, 2, 3])(
    'come by layer, then by rule, in whatever order they were told (%s)',
    (seed) => {
      const findings = validate({ ...NOTHING, told: shuffled(everything, seed) });
      expect(findings).toHaveLength(everything.length);
      const layers = findings.map(({ layer }) => LAYERS.indexOf(layer));
      expect(layers).toEqual([...layers].sort((a, b) => a - b));
      for (const layer of LAYERS) {
        const own = findings
          .filter((one) => one.layer === layer)
          .map(({ rule }) => placeOf.get(rule) ?? -1);
        expect(own).toEqual([...own].sort((a, b) => a - b));
      }
      for (const { rule, layer } of findings) expect(layerOf.get(rule)).toBe(layer);
    },
  );

  test('of one rule come in the order they were told, each place once', () => {
    const findings = validate({
      ...NOTHING,
      told: [told('KEYS_EMPTY', 'b'), told('KEYS_EMPTY', 'a'), told('KEYS_EMPTY', 'b')],
    });
    expect(findings.map(({ at }) => at)).toEqual(['b', 'a']);
  });

  test('that no rule knows are errors of the first layer, behind those that one knows', () => {
    const unknown = new TesseraError('DISK_FULL', { path: 'out' }, { at: 'here' });
    const findings = validate({ ...NOTHING, told: [unknown, told('UNKNOWN_OPTION', 'there')] });
    expect(findings.map(({ rule, layer, severity }) => [rule, layer, severity])).toEqual([
      ['UNKNOWN_OPTION', 'schema', 'error'],
      ['DISK_FULL', 'schema', 'error'],
    ]);
  });
});

describe('of all layers', () => {
  const source = events({
    name: 'payments',
    path: 'payments',
    columns: { id: 'string', at: 'timestamp' },
    time: 'at',
    tieBreaker: 'id',
  });
  // The key is the event's id; every different value is held for ever.
  const costly = groupBy({
    name: 'costly',
    source,
    keys: ['id'],
    aggregations: [count(), count({ windows: ['7d'], by: 'id' })],
  });
  const facts = {
    sources: new Map([
      [
        definitionHash(source),
        {
          days: ['2025-01-01', '2025-01-03'],
          hive: true,
          rows: 10,
          bytes: 10,
          distinct: { id: 5000 },
        },
      ],
    ]),
  };

  test('all are told at once; rules about the lake only where there is one', () => {
    const given = { joins: [], groupBys: [costly], told: [told('KEYS_EMPTY', 'x')] };
    const known = validate({ ...given, facts, range: { start: '2024-12-01', end: '2025-01-03' } });
    const layers = [...new Set(known.map(({ layer }) => layer))];
    expect(layers).toEqual(LAYERS.filter((layer) => layers.includes(layer)));
    expect(layers).toEqual(expect.arrayContaining(['schema', 'performance', 'backfill']));
    const needing = new Set(RULES.filter(({ needsFacts }) => needsFacts).map(({ id }) => id));
    expect(known.some(({ rule }) => needing.has(rule))).toBe(true);
    expect(validate(given).some(({ rule }) => needing.has(rule))).toBe(false);
  });

  test('strictness makes errors of warnings, and changes nothing else', () => {
    const given = { joins: [], groupBys: [costly], facts };
    const plain = validate(given);
    expect(new Set(plain.map(({ severity }) => severity))).toContain('warning');
    expect(validate(given, { strict: true })).toEqual(
      plain.map((finding) => ({ ...finding, severity: 'error' })),
    );
  });
});

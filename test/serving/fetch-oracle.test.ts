import type { JoinSpec } from '@tessera/api';
import { type InputTables, joinRows } from '@tessera/engine';
import { createFetcher, type Fetched } from '@tessera/fetcher';
import { expect, test } from 'vitest';
import { mismatches } from '../oracle/compare.js';
import { naiveJoin } from '../oracle/naive.js';
import { featuresOf } from '../oracle/names.js';
import type { OracleRow, Row } from '../oracle/types.js';
import { uploadNaively } from './naive-upload.js';
import { REQUESTS, type ServedCase, servedCase } from './served-cases.js';

const long = process.env.TESSERA_LONG === '1';
const SEEDS = long ? 800 : 40;
const FRESH = Number(process.env.TESSERA_SEED ?? Math.floor(Math.random() * 1e6));

interface Outcome {
  readonly failures: readonly string[];
  readonly answered: number;
  readonly stale: number;
  readonly errors: number;
}

/** A missing dump is a null to the oracles; the fetcher tells it in the part. */
function lenient(join: JoinSpec): JoinSpec {
  return { ...join, parts: join.parts.map((part) => ({ ...part, missing: 'null' as const })) };
}

async function compare(seed: number): Promise<Outcome | null> {
  const drawn = servedCase(seed);
  if (drawn === null || drawn.requests.length === 0) return null;
  const { join, tables, asOfMs, requests } = drawn;
  const store = await uploadNaively(join, tables, asOfMs);
  const fetcher = createFetcher({ store });
  const fetched = await fetcher.fetchMany(
    join,
    requests.map(({ row, atMs }) => ({ keys: keysOf(join, row), at: atMs })),
  );
  await fetcher.close();
  const asked = { ...tables, [REQUESTS]: requests.map(({ row }) => row) };
  const reference = lenient(join);
  const naive = naiveJoin(reference, asked);
  const offline = (await joinRows(reference, asked as InputTables, {
    missingDays: 'part',
  })) as OracleRow[];
  // The oracles give rows in the order of S8.
  const order = inOrder(drawn);
  const failures: string[] = [];
  const counts = { answered: 0, stale: 0, errors: 0 };
  order.forEach((at, idx) => {
    const one = fetched[at]!;
    const names = answeredColumns(join, one, counts);
    const pick = (row: OracleRow): OracleRow =>
      Object.fromEntries(Object.entries(row).filter(([name]) => names.has(name)));
    const got = pick(one.row as OracleRow);
    for (const [oracle, rows] of [
      ['naive', naive],
      ['engine', offline],
    ] as const) {
      const found = mismatches(reference, [pick(rows[idx]!)], [got], 3);
      if (found.length > 0)
        failures.push(
          `seed ${seed}, ${oracle}, request ${at} at ${one.atMs} (as of ${asOfMs})\n  ${found.join('\n  ')}`,
        );
    }
    // Between online and offline there is no tolerance.
    for (const [name, value] of Object.entries(got))
      if (!sameBits(value, offline[idx]![name]))
        failures.push(`seed ${seed}: ${name} is not bit for bit`);
    if (Object.keys(one.row).some((name) => !(name in naive[idx]!)))
      failures.push(`seed ${seed}: a column that no training set has`);
  });
  return { failures: failures.slice(0, 5), ...counts };
}

function keysOf(join: JoinSpec, row: Row): Record<string, unknown> {
  const names = new Set(join.parts.flatMap(({ keys }) => keys.map(({ left }) => left)));
  return Object.fromEntries([...names].map((name) => [name, row[name] ?? null]));
}

/** Positions of the requests in the order of the oracle's rows: by partition, then as given. */
function inOrder({ requests }: ServedCase): number[] {
  return requests
    .map((_, idx) => idx)
    .sort((a, b) => {
      const [x, y] = [String(requests[a]!.row.ds), String(requests[b]!.row.ds)];
      return x < y ? -1 : x > y ? 1 : a - b;
    });
}

function answeredColumns(
  join: JoinSpec,
  { parts }: Fetched<unknown>,
  counts: { answered: number; stale: number; errors: number },
): Set<string> {
  const names = new Set<string>();
  for (const { name, partIdx } of featuresOf(join)) {
    const { status } = parts[partIdx]!;
    if (status === 'ok') {
      counts.answered++;
      names.add(name);
    } else if (status === 'stale') counts.stale++;
    else counts.errors++;
  }
  return names;
}

function sameBits(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((one, idx) => sameBits(one, b[idx]));
  if (a instanceof Map && b instanceof Map) {
    const others = [...b];
    return (
      a.size === b.size &&
      [...a].every(([k, v], idx) => sameBits(k, others[idx]![0]) && sameBits(v, others[idx]![1]))
    );
  }
  return Object.is(a, b);
}

async function compareAll(first: number, count: number): Promise<Outcome & { cases: number }> {
  const failures: string[] = [];
  let [cases, answered, stale, errors] = [0, 0, 0, 0];
  for (let seed = first; seed < first + count; seed++) {
    const outcome = await compare(seed);
    if (outcome === null) continue;
    cases++;
    failures.push(...outcome.failures);
    answered += outcome.answered;
    stale += outcome.stale;
    errors += outcome.errors;
  }
  return { failures, cases, answered, stale, errors };
}

test(`S9: what is fetched = quadratic oracle = engine, bit for bit, on ${SEEDS} seeds`, async () => {
  const { failures, ...counts } = await compareAll(0, SEEDS);
  console.log('fetched:', JSON.stringify(counts));
  expect(failures.slice(0, 10).join('\n')).toBe('');
  // Most of it was compared.
  expect(counts.cases).toBeGreaterThan(SEEDS / 2);
  expect(counts.answered).toBeGreaterThan(10 * SEEDS);
});

test(`S9: fresh seeds from ${FRESH}`, async () => {
  const { failures } = await compareAll(FRESH, long ? 100 : 10);
  expect(failures.slice(0, 10).join('\n')).toBe('');
});

import { mkdirSync } from 'node:fs';
import { join as joinPath } from 'node:path';
import { TesseraError } from '@tessera/api';
import { trainSet } from '@tessera/engine';
import { expect, test } from 'vitest';
import { publishedRows, rowsSql } from '../files/lake-tables.js';
import { hashes, newFolder, parquet } from '../files/workspace.js';
import { mismatches } from '../oracle/compare.js';
import type { OracleRow, Row, SourceSpec } from '../oracle/types.js';
import { type LabelledRow, naiveLabels, naiveTrainSet } from './naive-labels.js';
import { type History, randomHistory } from './random-history.js';

const long = process.env.TESSERA_LONG === '1';
/** Seeds of one test. */
const SEEDS = long ? 20 : 5;
const FIRSTS = Array.from({ length: long ? 10 : 1 }, (_, idx) => idx * SEEDS);

async function writeDay(lake: string, source: SourceSpec, ds: string, rows: readonly Row[]) {
  const folder = joinPath(lake, source.path, `ds=${ds}`);
  mkdirSync(folder, { recursive: true });
  await parquet(joinPath(folder, 'a.parquet'), rowsSql(source, rows));
}

const withoutDs = (rows: readonly OracleRow[]) => rows.map(({ ds: _, ...row }) => row);

/** Days of published partitions. */
const daysOf = (rows: readonly { readonly ds: string }[]) => new Set(rows.map(({ ds }) => ds));

const times = (rows: readonly Row[], column: string) =>
  rows.flatMap((row) => (row[column] === null ? [] : [Date.parse(String(row[column]))]));

/**
 * Partitions that a new day makes stale: a row's label is known since, or the new file holds times inside the windows of
 * the known labels or of the features.
 */
function staleAfter(
  { join, rows }: History,
  newDays: readonly string[],
  before: readonly LabelledRow[],
  after: readonly LabelledRow[],
): { readonly features: Set<string>; readonly labels: Set<string> } {
  /** Least and greatest time of each new file. */
  const files = (source: SourceSpec) => {
    return newDays.map((ds) => {
      const own = rows(source.name, ds);
      const all = times(own, source.time!);
      // Rows without a time are counted wherever they might have been meant, so a file of nothing else is read by all.
      if (own.length > 0 && all.length === 0) return { first: -Infinity, last: Infinity };
      return { first: Math.min(...all), last: Math.max(...all) };
    });
  };
  const stale = { features: new Set<string>(), labels: new Set<string>() };
  for (const ds of daysOf(before)) {
    const own = after.filter((row) => row.ds === ds && row.queryMs !== null);
    const [first, last] = [
      Math.min(...own.map((row) => row.queryMs!)),
      Math.max(...own.map((row) => row.queryMs!)),
    ];
    if (own.length === 0) continue;
    for (const { groupBy, lagMs } of join.parts) {
      const windows = groupBy.aggregations.flatMap((one) => one.windows);
      const hours = windows.map((window) =>
        window === null
          ? Number.POSITIVE_INFINITY
          : Number.parseInt(window, 10) * (window.endsWith('d') ? 24 : 1),
      );
      // The windows here are shorter than 12 d: their tails reach back an hour more at most.
      const start = first - lagMs - (Math.max(...hours) + 1) * 3_600_000;
      if (files(groupBy.source).some((file) => file.first < last - lagMs && file.last >= start))
        stale.features.add(ds);
    }
    for (const [idx, label] of join.labels!.entries()) {
      const was = before.filter((row) => row.ds === ds && row.queryMs !== null);
      const isKnownSince = own.some(
        (row, at) => row.labels[idx]!.isKnown !== was[at]!.labels[idx]!.isKnown,
      );
      const known = own.filter((row) => row.labels[idx]!.isKnown).map((row) => row.queryMs!);
      const end = Math.max(...known) + label.ahead.windowMs;
      const isInside = files(label.groupBy.source).some(
        (file) => known.length > 0 && file.last >= first && file.first < end,
      );
      if (isKnownSince || isInside) stale.labels.add(ds);
    }
  }
  return stale;
}

test.each(FIRSTS)(
  `S2.7: labels of ${SEEDS} histories from seed %i = the quadratic oracle; a new day changes the labels that it can, and no others`,
  async (firstSeed) => {
    const failures: string[] = [];
    let cells = 0;
    let refreshed = 0;
    let kept = 0;
    let alone = 0;
    for (let seed = firstSeed; seed < firstSeed + SEEDS; seed++) {
      const history = randomHistory(seed);
      const { join, sources, days } = history;
      const lake = newFolder();
      const here = { lake, out: joinPath(lake, 'out') };
      const odd = { workers: seed % 5 === 0 ? 2 : 1, buckets: 1 + (seed % 4) };
      const n = days.length;
      const checked = long ? [Math.floor(n / 2) - 1, n - 2, n - 1] : [n - 2, n - 1];
      let ranTo = 0;
      let before: LabelledRow[] | null = null;
      const published = joinPath(here.out, 'train-sets', join.name);
      const fail = (what: string) => failures.push(`seed ${seed}: ${what}`);
      for (const [at, ds] of days.entries()) {
        for (const source of sources)
          await writeDay(lake, source, ds, history.rows(source.name, ds));
        // Now and then several days arrive at once.
        if (!checked.includes(at)) continue;
        const newDays = days.slice(ranTo, at + 1);
        ranTo = at + 1;
        const tables = history.upTo(ds);
        const lastDays = () => ds;
        const labelled = naiveLabels(join, tables, lastDays);
        const old = hashes(published);
        const changes = before === null ? null : staleAfter(history, newDays, before, labelled);
        const stale = new Set([...(changes?.features ?? []), ...(changes?.labels ?? [])].sort());
        const refreshedAlone = seed % 2 === 1 && changes !== null && changes.features.size === 0;
        if (seed % 2 === 1 && changes !== null) {
          const only = await trainSet(join, { ...here, ...odd, labelsOnly: true }).catch(
            (error: unknown) => (error instanceof TesseraError ? error.code : String(error)),
          );
          const wrote = typeof only === 'string' ? only : only.partitionsWritten.join();
          const wanted = refreshedAlone ? [...changes.labels].sort().join() : 'FEATURES_STALE';
          if (wrote !== wanted) fail(`${ds}: labels only wrote ${wrote}, not ${wanted}`);
          if (refreshedAlone) alone += stale.size;
        }
        const result = await trainSet(join, { ...here, ...odd });
        const expected = withoutDs(naiveTrainSet(join, tables, lastDays));
        cells += labelled.length * join.labels!.length;
        const found = mismatches(join, expected, await publishedRows(join, result.path ?? ''));
        if (found.length > 0) fail(`up to ${ds}\n  ${found.join('\n  ')}`);
        if (before !== null) {
          const written = result.partitionsWritten.filter((one) => !newDays.includes(one));
          if (written.join() !== (refreshedAlone ? '' : [...stale].join()))
            fail(`${ds}: wrote ${written}, stale ${[...stale]}`);
          const now = hashes(published);
          for (const name of Object.keys(old)) {
            const day = /ds=([^/]*)/.exec(name)?.[1] ?? '';
            if (!stale.has(day) && name.endsWith('.parquet') && old[name] !== now[name])
              fail(`${ds}: ${name} has other bytes`);
          }
          refreshed += stale.size;
          kept += daysOf(before).size - stale.size;
        }
        before = labelled;
      }
      // Bytes are the same however they came to be.
      const scratch = { lake, out: joinPath(newFolder(), 'out') };
      const tiles = seed % (long ? 3 : 7) === 0 ? 'always' : 'auto';
      const fresh = await trainSet(join, {
        ...scratch,
        workers: 2 - (seed % 2),
        buckets: 3,
        tiles,
      });
      expect(hashes(fresh.path ?? ''), `seed ${seed}: from scratch`).toEqual(hashes(published));
    }
    console.log(
      `labels: ${cells} cells, ${refreshed} partitions refreshed, ${alone} of them by labels only, ${kept} left alone`,
    );
    expect(failures.join('\n')).toBe('');
  },
  600_000,
);

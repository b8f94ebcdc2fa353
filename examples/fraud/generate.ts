import { mkdir, readdir } from 'node:fs/promises';
import { DuckDBInstance } from '@duckdb/node-api';
import { DAYS, rowsPerDay } from './synthetic/calendar.js';
import { addLabels, emptyLabels, type Labels } from './synthetic/labels.js';
import { type Payments, paymentMaker } from './synthetic/payments.js';
import {
  PLANTED_PAYMENTS,
  plantedLabelsQueries,
  plantedPaymentsQueries,
  plantedProfileQuery,
} from './synthetic/planted.js';
import { type Population, population } from './synthetic/population.js';
import { deviceReputations, merchantProfiles, merchantScores } from './synthetic/reports.js';
import {
  labelsQuery,
  paymentsQuery,
  profilesQuery,
  reputationsQuery,
  scoresQuery,
} from './synthetic/sql.js';
import { stage, writePartition } from './synthetic/staging.js';

/** Raised whenever the same seed gives other rows than before. */
const VERSION = 1;
const PAYMENTS_AT_SCALE_1 = 2_000_000;

export interface GenerateOptions {
  /** Absent or empty folder; receives one sub-folder per table. */
  readonly out: string;
  /** 1 = 2,000,000 payments, 50,000 users, 5,000 merchants. */
  readonly scale?: number;
  readonly seed?: number;
  /** After every day: payments so far, and how many there will be. */
  readonly onProgress?: (progress: { rows: number; totalRows: number }) => void;
  readonly signal?: AbortSignal;
}

export interface Generated {
  readonly tables: readonly { readonly name: string; readonly rows: number }[];
  readonly note: string;
  readonly version: number;
}

/**
 * Card payments of 90 days (2025-01-01 … 2025-03-31) and what goes with them, as Parquet partitioned by day. The rows
 * depend on seed, scale and version alone. Writes straight into `out`; `tessera generate` gives it a folder that it
 * renames when all is there, so a lake is never half written.
 *
 * Cost     about 4 µs a payment; memory for a few days at a time.
 * Throws   RangeError for a scale or seed out of range; Error if `out` is not empty.
 */
export async function generate(options: GenerateOptions): Promise<Generated> {
  const { out, scale = 1, seed = 42 } = options;
  if (!(scale > 0 && scale <= 250))
    throw new RangeError(`scale must be above 0 and at most 250, not ${scale}`);
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32)
    throw new RangeError(`seed must be a whole number from 0 to 2^32 - 1, not ${seed}`);
  await mkdir(out, { recursive: true });
  if ((await readdir(out)).length > 0) throw new Error(`${out} is not empty`);
  const tables = await writeTables(out, population(scale, seed), { ...options, scale });
  return { tables, note: `${DAYS} days`, version: VERSION };
}

async function writeTables(
  out: string,
  p: Population,
  { scale, onProgress, signal }: GenerateOptions & { readonly scale: number },
): Promise<Generated['tables']> {
  // One thread per query keeps row order; one core makes a day's rows while the other writes those of the day before.
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  // A connection serves one query at a time, so staging and writing have one each.
  const staging = await instance.connect();
  const writer = await instance.connect();
  const rows: Record<string, number> = { transactions: 0 };
  const random = Math.max(0, Math.round(PAYMENTS_AT_SCALE_1 * scale) - PLANTED_PAYMENTS.length);
  const perDay = rowsPerDay(random);
  const totalRows = random + PLANTED_PAYMENTS.length;
  const makePayments = paymentMaker(p);
  const labels = emptyLabels();
  let writing = Promise.resolve();
  let nextSeq = 1;
  try {
    await write(-1, [await stageProfiles(-1)]);
    for (let dayIdx = 0; dayIdx < DAYS; dayIdx++) {
      signal?.throwIfAborted();
      const payments = makePayments(dayIdx, perDay[dayIdx]!, nextSeq);
      nextSeq += payments.rows;
      addLabels(p, dayIdx, payments, labels);
      const staged = await stageDay(dayIdx, payments, labels[dayIdx]!);
      await writing;
      onProgress?.({ rows: rows.transactions ?? 0, totalRows });
      writing = write(dayIdx, staged);
      // Awaited above or in `finally`; until then a failure must not count as unhandled.
      writing.catch(() => {});
    }
    await writing;
    onProgress?.({ rows: rows.transactions ?? 0, totalRows });
  } finally {
    await writing.catch(() => {});
    staging.closeSync();
    writer.closeSync();
    instance.closeSync();
  }
  return Object.entries(rows).map(([name, count]) => ({ name, rows: count }));

  // Staged tables are numbered by day, modulo 3: yesterday's late payments and a day still being written stay readable.
  async function stageDay(
    dayIdx: number,
    payments: Payments,
    dayLabels: Labels,
  ): Promise<Partition[]> {
    const n = dayIdx % 3;
    await stage(staging, `payments_${n}`, payments);
    await stage(staging, `labels_${n}`, dayLabels);
    await stage(staging, `scores_${n}`, merchantScores(p, dayIdx));
    await stage(staging, `reputations_${n}`, deviceReputations(p, dayIdx));
    const late = dayIdx > 0 ? [paymentsQuery(`payments_${(dayIdx + 2) % 3}`, dayIdx - 1, 1)] : [];
    return [
      {
        table: 'transactions',
        queries: [
          ...late,
          paymentsQuery(`payments_${n}`, dayIdx, 0),
          ...plantedPaymentsQueries(dayIdx),
        ],
      },
      {
        table: 'fraud_labels',
        queries: [labelsQuery(`labels_${n}`, dayIdx), ...plantedLabelsQueries(dayIdx)],
      },
      { table: 'merchant_risk_scores', queries: [scoresQuery(`scores_${n}`, dayIdx)] },
      { table: 'device_reputation', queries: [reputationsQuery(`reputations_${n}`, dayIdx)] },
      await stageProfiles(dayIdx),
    ];
  }

  async function stageProfiles(dayIdx: number): Promise<Partition> {
    const table = `profiles_${(dayIdx + 3) % 3}`;
    await stage(staging, table, merchantProfiles(p, dayIdx));
    return {
      table: 'merchant_profiles',
      queries: [profilesQuery(table), plantedProfileQuery(dayIdx)],
    };
  }

  async function write(dayIdx: number, partitions: readonly Partition[]): Promise<void> {
    for (const { table, queries } of partitions) {
      const query = queries.join('\nUNION ALL ');
      const written = await writePartition(writer, out, table, dayIdx, query);
      rows[table] = (rows[table] ?? 0) + written;
    }
  }
}

/** One day of one table, as the selects that make it up. */
interface Partition {
  readonly table: string;
  readonly queries: readonly string[];
}

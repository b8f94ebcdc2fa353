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
import { publishFolder, readMarker } from './synthetic/publish-folder.js';
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
  /** Folder that receives one sub-folder per table. Replaced if it was generated differently; never if it was not. */
  readonly out: string;
  /** 1 = 2,000,000 payments, 50,000 users, 5,000 merchants. */
  readonly scale?: number;
  readonly seed?: number;
  /** After every day: days done, of how many, and payments so far. */
  readonly onProgress?: (progress: { done: number; total: number; rows: number }) => void;
  readonly signal?: AbortSignal;
}

export interface GeneratedTables {
  readonly tables: readonly { readonly name: string; readonly rows: number }[];
}

/**
 * Card payments of 90 days (2025-01-01 … 2025-03-31) and what goes with them, as Parquet partitioned by day. The rows
 * depend on seed and scale alone. A folder that holds them already is left as it is.
 *
 * Cost     about 3 µs a payment; memory for a few days at a time.
 * Throws   RangeError for a scale or seed out of range; Error if `out` holds files not made here, or on a full disk.
 */
export async function generate(options: GenerateOptions): Promise<GeneratedTables> {
  const { out, scale = 1, seed = 42 } = options;
  if (!(scale > 0 && scale <= 250))
    throw new RangeError(`scale must be above 0 and at most 250, not ${scale}`);
  if (!Number.isSafeInteger(seed)) throw new RangeError(`seed must be a whole number, not ${seed}`);

  const made = { generator: 'fraud', version: VERSION, seed, scale };
  const present = await readMarker(out);
  if (present && JSON.stringify(present.made) === JSON.stringify(made))
    return { tables: present.tables };
  const marker = await publishFolder(out, async (partial) => ({
    made,
    tables: await writeTables(partial, population(scale, seed), options),
  }));
  return { tables: marker.tables };
}

async function writeTables(
  out: string,
  p: Population,
  options: GenerateOptions,
): Promise<GeneratedTables['tables']> {
  // One thread per query keeps row order; one core makes a day's rows while the other writes those of the day before.
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  // A connection serves one query at a time, so staging and writing have one each.
  const staging = await instance.connect();
  const writer = await instance.connect();
  const rows: Record<string, number> = { transactions: 0 };
  const random = Math.round(PAYMENTS_AT_SCALE_1 * (options.scale ?? 1)) - PLANTED_PAYMENTS.length;
  const perDay = rowsPerDay(Math.max(0, random));
  const makePayments = paymentMaker(p);
  const labels = emptyLabels();
  let writing = Promise.resolve();
  let nextSeq = 1;
  try {
    await write(-1, [await stageProfiles(-1)]);
    for (let dayIdx = 0; dayIdx < DAYS; dayIdx++) {
      options.signal?.throwIfAborted();
      const payments = makePayments(dayIdx, perDay[dayIdx]!, nextSeq);
      nextSeq += payments.rows;
      addLabels(p, dayIdx, payments, labels);
      const staged = await stageDay(dayIdx, payments, labels[dayIdx]!);
      await writing;
      options.onProgress?.({ done: dayIdx, total: DAYS, rows: rows.transactions ?? 0 });
      writing = write(dayIdx, staged);
      // Awaited above or in `finally`; until then a failure must not count as unhandled.
      writing.catch(() => {});
    }
    await writing;
    options.onProgress?.({ done: DAYS, total: DAYS, rows: rows.transactions ?? 0 });
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

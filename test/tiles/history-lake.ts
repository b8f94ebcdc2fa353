import { existsSync, readdirSync, readFileSync, rmSync, utimesSync } from 'node:fs';
import { join as joinPath } from 'node:path';
import { DAY_MS, formatDay, type SourceSpec } from '@tessera/api';
import { rowsSql } from '../files/lake-tables.js';
import { filesBelow, newFolder, parquet } from '../files/workspace.js';
import type { Random } from '../oracle/prng.js';
import type { Row, Value } from '../oracle/types.js';
import { clicks, orders, payments, profiles } from './history-sources.js';

/** The days of a history, counted from one that lies anywhere on the grids of 8 and 64 days. */
const LENGTH = 140;
/** Left rows, and days of a groupBy, are those from here on. */
const ASKED_FROM = 132;

/** A file as it was written last. */
interface Written {
  readonly source: SourceSpec;
  readonly day: number;
  readonly rows: readonly Row[];
}

/** A lake of some months, few of whose days have rows, that grows and changes. */
export interface HistoryLake {
  readonly path: string;
  readonly r: Random;
  /** Since 1970. */
  readonly firstDay: number;
  /** The day that would come next. */
  nextDay: number;
  readonly files: Map<string, Written>;
}

/** So that a file of other values can have the same size and footer. */
const PLAIN = 'COMPRESSION uncompressed, DICTIONARY_SIZE_LIMIT 0';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

export async function newLake(r: Random): Promise<HistoryLake> {
  const firstDay = 20_000 + r.below(64);
  const lake: HistoryLake = {
    path: joinPath(newFolder(), 'lake'),
    r,
    firstDay,
    nextDay: firstDay + LENGTH,
    files: new Map(),
  };
  for (const source of [payments, clicks])
    for (const day of sparseDays(lake)) await addFile(lake, source, day);
  for (let day = askedFrom(lake); day < lake.nextDay; day++) {
    if (r.chance(0.5) || day === lake.nextDay - 1) await addFile(lake, orders, day);
    if (r.chance(0.7)) await addFile(lake, profiles, day - 1);
  }
  return lake;
}

export const askedFrom = ({ firstDay }: HistoryLake): number => firstDay + ASKED_FROM;

/** Some days long ago, in two clusters, and most of the last ten. */
function sparseDays({ firstDay, r }: HistoryLake): number[] {
  const days = new Set<number>();
  for (let clusters = 2; clusters > 0; clusters--) {
    const from = firstDay + r.below(LENGTH - 30);
    for (let i = 0; i < 3; i++) days.add(from + r.below(10));
  }
  for (let ago = 1; ago <= 10; ago++) if (r.chance(0.6)) days.add(firstDay + LENGTH - ago);
  return [...days].sort((a, b) => a - b);
}

/** Add a file, of rows of its day and some late ones; or replace one. */
export async function addFile(
  lake: HistoryLake,
  source: SourceSpec,
  day: number,
  name = `f${lake.files.size}`,
): Promise<void> {
  await write(lake, source, day, name, drawRows(lake, source, day));
}

async function write(
  lake: HistoryLake,
  source: SourceSpec,
  day: number,
  name: string,
  rows: readonly Row[],
): Promise<string> {
  const path = joinPath(lake.path, source.path, `ds=${formatDay(day)}`, `${name}.parquet`);
  await parquet(path, rowsSql(source, rows), PLAIN);
  lake.files.set(path, { source, day, rows });
  return path;
}

function drawRows({ r, firstDay }: HistoryLake, source: SourceSpec, day: number): Row[] {
  if (source === profiles)
    return ['u0', 'u1', 'u2'].map((user) => ({ user, city: r.pick(['a', 'b', null]) }));
  const n = source === orders ? r.between(1, 4) : r.pick([1, 2, 5, 5, 9, 9]);
  const rows: Row[] = [];
  let previousMs = day * DAY_MS + r.below(24) * HOUR_MS;
  for (let i = 0; i < n; i++) {
    const midnight = (r.chance(0.08) ? firstDay + r.below(day - firstDay + 1) : day) * DAY_MS;
    const ms = r.pick([
      () => midnight,
      () => midnight + r.below(24) * HOUR_MS + r.pick([-1, 0, 1]),
      () => midnight + r.below(288) * 5 * MINUTE_MS + r.pick([-1, 0, 1]),
      () => midnight + r.below(DAY_MS),
      () => previousMs,
      () => previousMs + r.below(4 * MINUTE_MS),
      () => previousMs + r.below(40 * MINUTE_MS),
    ])();
    previousMs = ms;
    rows.push(rowAt(source, Math.max(0, ms), r));
    // S1.5: the same event again, or what says that it is the same.
    if (source === clicks && r.chance(0.2)) {
      const { id = null, ms: at = null } = rows.at(-1)!;
      rows.push(r.chance(0.4) ? { ...rows.at(-1)! } : { ...rowAt(source, ms, r), id, ms: at });
    }
  }
  return rows;
}

function rowAt(source: SourceSpec, ms: number, r: Random): Row {
  const at = new Date(ms).toISOString();
  const user: Value = r.pick(['u0', 'u0', 'u1', 'u2', null]);
  const item = r.pick([1, 1, 2, null]);
  if (source === orders)
    return { user, item, friend: r.pick(['u0', 'u2', null]), at: r.chance(0.05) ? null : at };
  if (source === clicks) {
    const score = r.pick([0.5, -1, 2.25, Number.NaN, 1e30, -1e30, 0.1, null]);
    return { id: `c${r.below(1e9)}`, user, score, page: r.pick(PAGES), ms: BigInt(ms) };
  }
  return {
    user,
    item,
    amount: r.pick([...AMOUNTS, ...AMOUNTS, r.next() * 100, null]),
    cents: r.chance(0.1) ? null : BigInt(r.between(-40, 40)) * r.pick([1n, 10n ** 15n]),
    label: r.pick(LABELS),
    ok: r.pick([true, false, null]),
    tags: r.pick<Value>([null, [], ['x'], ['y', 'x', null], ['é']]),
    at: r.chance(0.03) ? null : at,
  };
}

const AMOUNTS = [1e17, 1, -1e17, 0.1, -0.1, 1.1, 2.5, 0, -0, Number.NaN, 5e-324, 1e300];
const LABELS = ['', 'a', 'b', 'é', '\u{1f600}', '\uff5e', 'a\0', null];
const PAGES = ['/', '/a', '/b', '/a b', null];

/** A file of one of the sources, or null where there is none. */
function pickFile(lake: HistoryLake, sources: readonly SourceSpec[]): [string, Written] | null {
  const all = [...lake.files].filter(([, { source }]) => sources.includes(source));
  return all.length === 0 ? null : lake.r.pick(all);
}

const EVENTS = [payments, payments, clicks];

/** What happens to a lake; each tells what it did, or null where it could not. */
export const LAKE_STEPS = {
  async 'next day'(lake) {
    const day = lake.nextDay;
    lake.nextDay += lake.r.pick([1, 1, 1, 3]);
    for (const source of [payments, clicks, orders]) await addFile(lake, source, day);
    return formatDay(day);
  },
  async 'a day that was missing'(lake) {
    const { r, firstDay } = lake;
    const source = r.pick(EVENTS);
    const day = r.chance(0.5)
      ? firstDay + r.below(LENGTH)
      : (pickFile(lake, [source])?.[1].day ?? firstDay) + r.pick([-1, 1]);
    await addFile(lake, source, day);
    return `${source.name} ${formatDay(day)}`;
  },
  async 'restated day'(lake) {
    const found = pickFile(lake, [...EVENTS, orders, profiles]);
    if (found === null) return null;
    const [path, { source, day }] = found;
    await write(lake, source, day, nameOf(path), drawRows(lake, source, day));
    return path;
  },
  /** Size and footer stay as they were. */
  async 'edit of a middle value'(lake) {
    const found = pickFile(lake, [payments]);
    if (found === null) return null;
    const [path, { source, day, rows }] = found;
    const amounts = rows.map(({ amount }) => amount).filter((x) => Number.isFinite(x)) as number[];
    const [low, high] = [Math.min(...amounts), Math.max(...amounts)];
    const at = rows.findIndex(({ amount }) => Number(amount) > low && Number(amount) < high);
    if (at < 0 || rows[at]?.amount === null) return null;
    const amount = low + (high - low) * (0.25 + lake.r.next() / 2);
    const before = footerOf(path);
    await write(lake, source, day, nameOf(path), rows.with(at, { ...rows[at]!, amount }));
    return `${path}${footerOf(path).equals(before) ? ', same footer' : ''}`;
  },
  async 'another file of a day'(lake) {
    const found = pickFile(lake, [...EVENTS, orders]);
    if (found === null) return null;
    await addFile(lake, found[1].source, found[1].day, `more${lake.files.size}`);
    return found[0];
  },
  async 'late rows in a new day'(lake) {
    const source = lake.r.pick(EVENTS);
    const old = pickFile(lake, [source])?.[1].day ?? lake.firstDay;
    const day = lake.nextDay++;
    await write(lake, source, day, 'late', drawRows(lake, source, old));
    return `${source.name} ${formatDay(old)} in ${formatDay(day)}`;
  },
  'deleted day'(lake) {
    const found = pickFile(lake, [...EVENTS, orders, profiles]);
    if (found === null || lonely(lake, found[1].source)) return null;
    const { source, day } = found[1];
    for (const [path, own] of lake.files)
      if (own.source === source && own.day === day) remove(lake, path);
    return `${source.name} ${formatDay(day)}`;
  },
  'deleted file'(lake) {
    const found = pickFile(lake, EVENTS);
    if (found === null || lonely(lake, found[1].source)) return null;
    remove(lake, found[0]);
    return found[0];
  },
  async 'emptied file'(lake) {
    const found = pickFile(lake, EVENTS);
    if (found === null) return null;
    await write(lake, found[1].source, found[1].day, nameOf(found[0]), []);
    return found[0];
  },
  'touched files'(lake) {
    const { path, r } = lake;
    for (const name of filesBelow(path))
      if (r.chance(0.5)) utimesSync(joinPath(path, name), 1e9, 1e9);
    return 'half of them';
  },
} satisfies Record<string, (lake: HistoryLake) => Promise<string | null> | string | null>;

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1, -'.parquet'.length);

/** A source needs some days. */
function lonely({ files }: HistoryLake, wanted: SourceSpec): boolean {
  const days = [...files.values()].filter(({ source }) => source === wanted).map(({ day }) => day);
  return new Set(days).size < 3;
}

function remove(lake: HistoryLake, path: string): void {
  rmSync(path);
  lake.files.delete(path);
  const folder = path.slice(0, path.lastIndexOf('/'));
  if (existsSync(folder) && readdirSync(folder).length === 0 && lake.r.chance(0.5))
    rmSync(folder, { recursive: true });
}

function footerOf(path: string): Buffer {
  const bytes = readFileSync(path);
  return bytes.subarray(-(bytes.readUInt32LE(bytes.length - 8) + 8));
}

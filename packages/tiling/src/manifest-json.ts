import { TILE_FORMAT } from './families.js';
import { BLOCK_LEVELS, PARTITION_LEVELS, type PartitionLevel } from './hops.js';
import { isTileFileName } from './store-layout.js';
import {
  type BlocksByLevel,
  NO_TILES,
  sizeOfFiles,
  TILE_MANIFEST_FORMAT,
  type TileLevelEntry,
  type TileManifest,
  type TilePartitionEntry,
  type TileSourceFile,
} from './tile-manifest.js';

/** JSON with fixed member order, one line per partition and block. */
export function formatTileManifest({ partitions, blocks }: TileManifest): string {
  const lists = [
    lines('partitions', partitions, partitionJson),
    ...BLOCK_LEVELS.map((level) =>
      lines(`blocks ${level}`, blocks[level], ({ input, ...entry }) => ({
        input,
        ...levelJson(entry),
      })),
    ),
  ];
  return `{
  "format": ${TILE_MANIFEST_FORMAT},
  "tileFormat": ${TILE_FORMAT},
${lists.join(',\n')}
}
`;
}

function lines<T>(name: string, items: Readonly<Record<string, T>>, plain: (item: T) => object) {
  const all = sorted(items).map(
    ([label, item]) => `    ${JSON.stringify(label)}: ${JSON.stringify(plain(item))}`,
  );
  return `  ${JSON.stringify(name)}: {${all.length === 0 ? '' : `\n${all.join(',\n')}\n  `}}`;
}

function partitionJson({ input, files, counts, levels }: TilePartitionEntry): object {
  const { rowsRead, rowsWithoutTime, rowsWithNullKey, duplicateEvents, infinite } = counts;
  return {
    input,
    files: files.map(({ path, fingerprint, content, stat }) => ({
      path,
      fingerprint,
      content,
      stat,
    })),
    counts: {
      rowsRead,
      rowsWithoutTime,
      rowsWithNullKey,
      duplicateEvents,
      infinite: Object.fromEntries(sorted(infinite)),
    },
    levels: Object.fromEntries(
      PARTITION_LEVELS.flatMap((level) => {
        const entry = levels[level];
        return entry === undefined ? [] : [[level, levelJson(entry)]];
      }),
    ),
  };
}

/** States as positions in the files: a hash of 32 digits for each would be most of the manifest. */
function levelJson(entry: TileLevelEntry): object {
  const { rows, events, minStartMs, maxStartMs, base } = entry;
  const files = sorted(entry.files).map(([name, bytes]) => {
    const crc = entry.crcs[name];
    return crc === undefined ? [name, bytes] : [name, bytes, crc];
  });
  const names = sorted(entry.files).map(([name]) => name);
  const states = sorted(entry.states).map(([hash, name]) => [hash, names.indexOf(name)]);
  return {
    rows,
    events,
    minStartMs,
    maxStartMs,
    base: names.indexOf(base),
    files,
    states: Object.fromEntries(states),
  };
}

function sorted<T>(items: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(items).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

/**
 * What a manifest's text says, or that another version of Tessera wrote it.
 *
 * Throws  Error saying what is wrong with it
 */
export function parseTileManifest(json: string): TileManifest | 'older' | 'newer' {
  const whole = record(JSON.parse(json), 'the manifest');
  const format = count(whole.format, '`format`');
  if (format !== TILE_MANIFEST_FORMAT) return format < TILE_MANIFEST_FORMAT ? 'older' : 'newer';
  const tileFormat = count(whole.tileFormat, '`tileFormat`');
  if (tileFormat !== TILE_FORMAT) return tileFormat < TILE_FORMAT ? 'older' : 'newer';
  const partitions: Record<string, TilePartitionEntry> = {};
  for (const [ds, item] of Object.entries(record(whole.partitions, '`partitions`'))) {
    partitions[ds] = readPartition(record(item, `partition ${ds}`), ds);
  }
  const blocks: BlocksByLevel = { '8d': {}, '64d': {} };
  for (const level of BLOCK_LEVELS) {
    const name = `blocks ${level}`;
    for (const [label, item] of Object.entries(record(whole[name], `\`${name}\``))) {
      const what = `the ${level} block ${label}`;
      const block = record(item, what);
      blocks[level][label] = { input: text(block.input, what), ...readLevel(block, what) };
    }
  }
  return { ...NO_TILES, partitions, blocks };
}

function readPartition(from: Record<string, unknown>, ds: string): TilePartitionEntry {
  const levels: Partial<Record<PartitionLevel, TileLevelEntry>> = {};
  const found = record(from.levels, `levels of ${ds}`);
  for (const level of PARTITION_LEVELS) {
    if (found[level] === undefined) continue;
    const what = `${level} of ${ds}`;
    levels[level] = readLevel(record(found[level], what), what);
  }
  const files = list(from.files, `files of ${ds}`).map((item): TileSourceFile => {
    const { path, fingerprint, content, stat } = record(item, `a file of ${ds}`);
    const what = `a file of ${ds}`;
    return {
      path: text(path, what),
      fingerprint: text(fingerprint, what),
      content: content === null ? null : text(content, what),
      stat: stat === null ? null : text(stat, what),
    };
  });
  const counts = record(from.counts, `counts of ${ds}`);
  return {
    input: text(from.input, `partition ${ds}`),
    files,
    counts: {
      rowsRead: count(counts.rowsRead, '`rowsRead`'),
      rowsWithoutTime: count(counts.rowsWithoutTime, '`rowsWithoutTime`'),
      rowsWithNullKey: count(counts.rowsWithNullKey, '`rowsWithNullKey`'),
      duplicateEvents: count(counts.duplicateEvents, '`duplicateEvents`'),
      infinite: numbers(counts.infinite, `infinite values of ${ds}`),
    },
    levels,
  };
}

function readLevel(entry: Record<string, unknown>, what: string): TileLevelEntry {
  const files: Record<string, number> = {};
  const crcs: Record<string, string> = {};
  const names: string[] = [];
  for (const item of list(entry.files, `files of ${what}`)) {
    const [name, bytes, crc] = list(item, `a file of ${what}`);
    const checked = text(name, what);
    if (!isTileFileName(checked)) throw new Error(`${JSON.stringify(name)} is no file of tiles`);
    names.push(checked);
    files[checked] = count(bytes, 'the size of a file');
    if (crc !== undefined) crcs[checked] = text(crc, what);
  }
  const fileAt = (position: unknown): string => {
    const name = names[count(position, `a file of ${what}`)];
    if (name === undefined) throw new Error(`${what} has no file ${String(position)}`);
    return name;
  };
  const states: Record<string, string> = {};
  for (const [hash, position] of Object.entries(record(entry.states, `states of ${what}`))) {
    states[hash] = fileAt(position);
  }
  return {
    rows: count(entry.rows, '`rows`'),
    events: count(entry.events, '`events`'),
    minStartMs: entry.minStartMs === null ? null : instant(entry.minStartMs),
    maxStartMs: entry.maxStartMs === null ? null : instant(entry.maxStartMs),
    bytes: sizeOfFiles(files),
    base: fileAt(entry.base),
    files,
    crcs,
    states,
  };
}

function numbers(value: unknown, what: string): Record<string, number> {
  const all = Object.entries(record(value, what));
  return Object.fromEntries(all.map(([name, n]) => [name, count(n, what)]));
}

function record(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error(`${what} is no object`);
  }
  // Checked just above; members are looked at one by one.
  return value as Record<string, unknown>;
}

function list(value: unknown, what: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new Error(`${what} is no list`);
}

function text(value: unknown, what: string): string {
  if (typeof value === 'string') return value;
  throw new Error(`${what}: a text is missing`);
}

function count(value: unknown, what: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new Error(`${what} is no count`);
}

function instant(value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw new Error('a start is no instant');
}

import { readFileSync, writeFileSync } from 'node:fs';
import { join as joinPath } from 'node:path';
import { parquet, quoted, sql } from '../files/workspace.js';
import type { Random } from '../oracle/prng.js';
import { FILES, type LakeFile } from './corruption-lake.js';

/** Damage one file of the lake in a way that the seed decides: seeds take turns at kinds. Returns what was done, in words. */
export async function corrupt(
  lake: string,
  file: LakeFile,
  { seed, random }: { readonly seed: number; readonly random: Random },
): Promise<string> {
  const path = joinPath(lake, file.name);
  const kind = KINDS[seed % KINDS.length]!;
  const done = await kind({ lake, file, path, bytes: readFileSync(path), random });
  return `${file.name}: ${done}`;
}

interface Victim {
  readonly lake: string;
  readonly file: LakeFile;
  readonly path: string;
  readonly bytes: Buffer;
  readonly random: Random;
}

type Kind = (victim: Victim) => Promise<string>;

/** Where the footer begins. */
const footerAt = (bytes: Buffer): number => bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8);

function flip({ path, bytes, random }: Victim, at: number, what: string): string {
  const bit = random.below(8);
  bytes[at]! ^= 1 << bit;
  writeFileSync(path, bytes);
  return `bit ${bit} of byte ${at} flipped (${what})`;
}

const flipInPages: Kind = async (victim) =>
  flip(victim, 4 + victim.random.below(footerAt(victim.bytes) - 4), 'pages');

const flipInFooter: Kind = async (victim) => {
  const at = footerAt(victim.bytes);
  return flip(victim, at + victim.random.below(victim.bytes.length - at), 'footer');
};

const flipInMagic: Kind = async (victim) => flip(victim, victim.random.below(4), 'magic');

/** The first bytes of a column's pages: header, levels, the beginning of the values. */
const flipInPageHeader: Kind = async (victim) => {
  const pages = await sql(
    `SELECT coalesce(dictionary_page_offset, data_page_offset)::INTEGER AS at FROM parquet_metadata(${quoted(victim.path)}) WHERE coalesce(dictionary_page_offset, data_page_offset) > 0`,
  );
  const at = Number(victim.random.pick(pages).at) + victim.random.below(40);
  return flip(victim, Math.min(at, victim.bytes.length - 1), 'page header');
};

const truncate: Kind = async ({ path, bytes, random }) => {
  const length = random.below(bytes.length);
  writeFileSync(path, bytes.subarray(0, length));
  return `cut to ${length} of ${bytes.length} bytes`;
};

function range({ bytes, random }: Victim): { at: number; length: number } {
  const length = 1 + random.below(Math.min(300, bytes.length - 1));
  return { at: random.below(bytes.length - length), length };
}

const zero: Kind = async (victim) => {
  const { at, length } = range(victim);
  victim.bytes.fill(0, at, at + length);
  writeFileSync(victim.path, victim.bytes);
  return `${length} zeros from ${at}`;
};

const noise: Kind = async (victim) => {
  const { at, length } = range(victim);
  for (let i = at; i < at + length; i++) victim.bytes[i] = victim.random.below(256);
  writeFileSync(victim.path, victim.bytes);
  return `${length} bytes of noise from ${at}`;
};

const copyWithin: Kind = async (victim) => {
  const { at, length } = range(victim);
  const from = victim.random.below(victim.bytes.length - length);
  victim.bytes.copy(victim.bytes, at, from, from + length);
  writeFileSync(victim.path, victim.bytes);
  return `${length} bytes from ${from} again at ${at}`;
};

const append: Kind = async ({ path, bytes, random }) => {
  const tail = Buffer.from(Array.from({ length: 1 + random.below(100) }, () => random.below(256)));
  // Now and then it ends as a file does.
  const end = random.chance(0.5) ? bytes.subarray(bytes.length - 8) : Buffer.alloc(0);
  writeFileSync(path, Buffer.concat([bytes, tail, end]));
  return `${tail.length} bytes appended${end.length > 0 ? ', and the end once more' : ''}`;
};

/** Two columns carry each other's names. */
const swapColumns: Kind = async ({ file, path, random }) => {
  const [a, b] = random.shuffle(file.source.columns.map(({ name }) => name)) as [string, string];
  await rewrite(path, `SELECT * REPLACE ("${b}" AS "${a}", "${a}" AS "${b}") FROM`);
  return `columns ${a} and ${b} swapped`;
};

const changeType: Kind = async ({ file, path, random }) => {
  const { name } = random.pick(file.source.columns);
  const type = random.pick([
    'VARCHAR',
    'DOUBLE',
    'INTEGER',
    'BIGINT',
    'BLOB',
    'TIMESTAMP',
    'SMALLINT',
  ]);
  await rewrite(path, `SELECT * REPLACE (TRY_CAST("${name}" AS ${type}) AS "${name}") FROM`);
  return `${name} as ${type}`;
};

const dropColumn: Kind = async ({ file, path, random }) => {
  const { name } = random.pick(file.source.columns);
  await rewrite(path, `SELECT * EXCLUDE ("${name}") FROM`);
  return `without ${name}`;
};

async function rewrite(path: string, select: string): Promise<void> {
  const whole = `${path}.tmp`;
  writeFileSync(whole, readFileSync(path));
  const from = `read_parquet(${quoted(whole)}, hive_partitioning = false)`;
  await parquet(path, `${select} ${from}`).catch(async () => {
    // A cast that there is not.
    await parquet(path, `SELECT 1 AS nothing FROM ${from}`);
  });
  writeFileSync(whole, '');
}

const swapFile: Kind = async ({ lake, file, path, random }) => {
  const other = random.pick(FILES.filter(({ name }) => name !== file.name));
  writeFileSync(path, readFileSync(joinPath(lake, other.name)));
  return `replaced by ${other.name}`;
};

/** What is likelier to go wrong is there more often. */
const KINDS: readonly Kind[] = [
  flipInPages,
  flipInPages,
  flipInFooter,
  flipInFooter,
  flipInFooter,
  flipInPageHeader,
  flipInPageHeader,
  flipInMagic,
  truncate,
  zero,
  noise,
  copyWithin,
  append,
  swapColumns,
  changeType,
  dropColumn,
  swapFile,
];

/** As many consecutive seeds do every kind of damage. */
export const SEEDS_OF_ALL_KINDS = KINDS.length;

import type { RunOptions } from '@tessera/engine';
import { badOptions } from './failures.js';

/** Options as commander hands them over: text or flags, unchecked. */
export interface RawRunOptions {
  readonly start?: string;
  readonly end?: string;
  readonly project?: string;
  readonly lake?: string;
  readonly out?: string;
  readonly plan?: boolean;
  readonly json?: boolean;
  readonly format?: string;
  readonly tiles?: string;
  readonly workers?: string;
  readonly buckets?: string;
  readonly tmp?: string;
  readonly memory?: string;
  readonly limit?: string;
  /** `train-set` only: compute the first rows and show them, publish nothing. */
  readonly dryRun?: boolean;
  /** `train-set` only: labels of published partitions are made anew, all else is copied. */
  readonly labelsOnly?: boolean;
  readonly strict?: boolean;
  readonly replace?: boolean;
  readonly summary?: boolean;
  /** True = a file named after what is run. */
  readonly profile?: string | true;
}

/** The same, checked. Days are UTC, both inclusive; paths are still as typed. */
export interface CheckedRunOptions {
  readonly start?: string;
  readonly end?: string;
  readonly format: 'parquet' | 'csv' | 'arrow';
  /** Absent = the engine's default for what is run. */
  readonly tiles?: TilePolicy;
  readonly workers?: number;
  readonly buckets?: number;
  /** Bytes. */
  readonly memory?: number;
  readonly limit?: number;
  readonly labelsOnly: boolean;
  readonly strict: boolean;
  readonly replace: boolean;
  readonly planOnly: boolean;
  readonly summary: boolean;
}

type TilePolicy = NonNullable<RunOptions['tiles']>;

const FORMATS = ['parquet', 'csv', 'arrow'] as const;
const TILE_POLICIES: readonly TilePolicy[] = ['off', 'auto', 'build', 'always'];
const MAX_WORKERS = 256;
const MAX_BUCKETS = 65_536;

export interface Mistake {
  readonly option: string;
  readonly message: string;
}

/**
 * Every mistake is reported, not the first only, together with those the command found itself. Throws BAD_OPTION.
 */
export function checkRunOptions(
  raw: RawRunOptions,
  found: readonly Mistake[] = [],
): CheckedRunOptions {
  const mistakes: Mistake[] = [];
  const whole = (option: string, text: string | undefined, most: number) => {
    if (text === undefined) return undefined;
    const value = readWhole(text);
    if (value !== null && value >= 1 && value <= most) return value;
    const range = most === Number.MAX_SAFE_INTEGER ? 'of at least 1' : `from 1 to ${most}`;
    mistakes.push({ option, message: `is not a whole number ${range}: ${quote(text)}` });
    return undefined;
  };
  const day = (option: string, text: string | undefined) => {
    if (text === undefined || isDay(text)) return text;
    mistakes.push({ option, message: `is not a day written YYYY-MM-DD: ${quote(text)}` });
    return undefined;
  };
  const start = day('--start', raw.start);
  const end = day('--end', raw.end);
  if (start !== undefined && end !== undefined && start > end) {
    mistakes.push({ option: '--start', message: `${start} is after --end ${end}` });
  }
  const format = FORMATS.find((name) => name === (raw.format ?? 'parquet'));
  if (format === undefined) {
    mistakes.push({
      option: '--format',
      message: `is not one of ${FORMATS.join(', ')}: ${quote(raw.format ?? '')}`,
    });
  }
  const tiles = TILE_POLICIES.find((name) => name === raw.tiles);
  if (raw.tiles !== undefined && tiles === undefined) {
    mistakes.push({
      option: '--tiles',
      message: `is not one of ${TILE_POLICIES.join(', ')}: ${quote(raw.tiles)}`,
    });
  }
  if ((tiles === 'build' || tiles === 'always') && raw.limit !== undefined) {
    mistakes.push({
      option: '--tiles',
      message: `${tiles} keeps tiles, and a preview keeps nothing`,
    });
  }
  if (raw.labelsOnly === true && raw.limit !== undefined) {
    const message = 'refreshes what is published, and a preview publishes nothing';
    mistakes.push({ option: '--labels-only', message });
  }
  if (raw.labelsOnly === true && (tiles === 'build' || tiles === 'always')) {
    mistakes.push({ option: '--labels-only', message: 'reads rows, and builds no tiles' });
  }
  const workers = whole('--workers', raw.workers, MAX_WORKERS);
  const buckets = whole('--buckets', raw.buckets, MAX_BUCKETS);
  const limit = whole('--limit', raw.limit, Number.MAX_SAFE_INTEGER);
  const memory = raw.memory === undefined ? undefined : readBytes(raw.memory);
  if (memory === null) {
    mistakes.push({
      option: '--memory',
      message: `is not a size like 512MB or 4GB: ${quote(raw.memory ?? '')}`,
    });
  }
  for (const option of ['project', 'lake', 'out', 'tmp'] as const) {
    if (raw[option] === '') mistakes.push({ option: `--${option}`, message: 'names no folder' });
  }
  if (raw.profile === '') mistakes.push({ option: '--profile', message: 'names no file' });
  mistakes.push(...found);
  if (mistakes.length > 0) throw badOptions(mistakes);
  return {
    start,
    end,
    format: format ?? 'parquet',
    tiles,
    workers,
    buckets,
    memory: memory ?? undefined,
    limit,
    labelsOnly: raw.labelsOnly === true,
    strict: raw.strict === true,
    replace: raw.replace === true,
    planOnly: raw.plan === true,
    summary: raw.summary !== false && raw.plan !== true,
  };
}

export interface CheckedGenerateOptions {
  readonly scale: number;
  readonly seed: number;
}

/** `--scale` is a factor of the full size; `--seed` a whole number from 0. Throws BAD_OPTION. */
export function checkGenerateOptions(raw: {
  scale?: string;
  seed?: string;
}): CheckedGenerateOptions {
  const mistakes: Mistake[] = [];
  const scale = Number(raw.scale ?? '1');
  if (!(scale > 0 && scale <= 1000) || raw.scale?.trim() === '') {
    mistakes.push({
      option: '--scale',
      message: `is not a number above 0, up to 1000: ${quote(raw.scale ?? '')}`,
    });
  }
  const seed = readWhole(raw.seed ?? '42');
  if (seed === null || seed > 0xffff_ffff) {
    mistakes.push({
      option: '--seed',
      message: `is not a whole number from 0 to 4294967295: ${quote(raw.seed ?? '')}`,
    });
  }
  if (mistakes.length > 0) throw badOptions(mistakes);
  return { scale, seed: seed ?? 0 };
}

export function readWhole(text: string): number | null {
  if (!/^\d{1,16}$/.test(text)) return null;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : null;
}

const UNITS: Readonly<Record<string, number>> = { k: 1, m: 2, g: 3, t: 4 };

/** `512MB`, `1.5g`, `2 GiB`: powers of 1024, as the system counts memory. Null when it is no size. */
export function readBytes(text: string): number | null {
  const match = /^\s*(\d{1,15}(?:\.\d{1,6})?)\s*(?:([kmgt])(?:i?b)?|b)?\s*$/i.exec(text);
  if (match === null) return null;
  return Math.floor(Number(match[1]) * 1024 ** (UNITS[match[2]?.toLowerCase() ?? ''] ?? 0));
}

const DURATIONS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `30m`, `12h`, `3d` or `0`, in ms; null when it is none. */
export function readDuration(text: string): number | null {
  if (text === '0') return 0;
  const match = /^(\d{1,6})([mhd])$/.exec(text);
  return match === null ? null : Number(match[1]) * (DURATIONS[match[2]!] ?? 0);
}

/** A real calendar day: `2025-02-30` is none. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const ms = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text);
}

function quote(text: string): string {
  return `\`${text}\``;
}

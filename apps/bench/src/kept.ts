import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import type { Baseline, Setting } from './contender.js';
import type { Measured, Stopped } from './measure.js';
import { machineId } from './versions.js';

/** A slow baseline's one run, with its result, so that it is still compared with what we compute today. */
export interface Kept {
  /** Day it was measured on. */
  readonly on: string;
  /** Load average of one minute as it ended: a busy machine's time is not a quiet one's. */
  readonly load: number;
  readonly outcome: Measured | Stopped;
  /** Parquet that it wrote; null if it was stopped or writes none. */
  readonly result: string | null;
}

/** Where slow baselines are kept, by machine, Node, the baseline's own version, data (sizes, seed) and command. */
export function keptBaselines(cache: string) {
  const folder = join(cache, 'baselines');
  return {
    find(baseline: Baseline, setting: Setting): Kept | null {
      const file = join(folder, `${nameOf(baseline, setting)}.json`);
      if (!existsSync(file)) return null;
      const { on, load, outcome, hasResult } = JSON.parse(readFileSync(file, 'utf8')) as Omit<
        Kept,
        'result'
      > & { readonly hasResult: boolean };
      const result = hasResult ? file.replace(/json$/, 'parquet') : null;
      return result !== null && !existsSync(result) ? null : { on, load, outcome, result };
    },
    /** `written`: the one Parquet file of its result; null = none. */
    keep(
      { baseline, outcome, written }: Omit<Kept, 'on' | 'load' | 'result'> & Written,
      setting: Setting,
    ): void {
      mkdirSync(folder, { recursive: true });
      const base = join(folder, nameOf(baseline, setting));
      if (written !== null) {
        copyFileSync(written, `${base}.tmp`);
        renameSync(`${base}.tmp`, `${base}.parquet`);
      }
      const on = new Date().toISOString().slice(0, 10);
      const load = Number((loadavg()[0] ?? 0).toFixed(1));
      writeFileSync(
        `${base}.json`,
        `${JSON.stringify({ on, load, outcome, hasResult: written !== null }, null, 2)}\n`,
      );
    },
  };
}

interface Written {
  readonly baseline: Baseline;
  readonly written: string | null;
}

export type KeptBaselines = ReturnType<typeof keptBaselines>;

function nameOf(baseline: Baseline, setting: Setting): string {
  const place = baseline.place(setting);
  const { file, args } = baseline.command(setting, place);
  // Folders differ from run to run and say nothing about what is measured.
  const command = [file, ...args]
    .join('\n')
    .replaceAll(setting.data.dir, '$data')
    .replaceAll(place, '$place')
    .replaceAll(setting.cache, '$cache');
  const text = [machineId(), process.version, baseline.version(), setting.data.id, command].join(
    '\n',
  );
  return `${baseline.name}-${createHash('md5').update(text).digest('hex').slice(0, 16)}`;
}

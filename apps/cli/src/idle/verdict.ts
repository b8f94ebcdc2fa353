import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { digestOf } from './asked.js';
import type { Witnesses } from './witnesses.js';

/** Raised when the form changes, or what is looked at. */
const FORMAT = 1;

/** A line that was said, but for how long it took. */
export interface Said {
  readonly as: 'title' | 'step' | 'done';
  readonly label: string;
  readonly text: string;
}

/** That there was nothing to do, and all that this depends on, as it was. */
export interface Verdict {
  /** Of Tessera. */
  readonly version: string;
  readonly said: readonly Said[];
  readonly witnesses: readonly (Witnesses & { readonly digest: string })[];
}

/** So many command lines are remembered. */
const MOST = 64;

/** What is remembered in a file; null where there is none, or it is damaged, or another version wrote it. */
export function readVerdict(file: string, version: string): Verdict | null {
  try {
    const whole = readFileSync(file, 'utf8');
    const end = whole.indexOf('\n');
    const text = whole.slice(end + 1);
    if (end < 0 || whole.slice(0, end) !== digestOf(text)) return null;
    // The digest says that it is as it was written, so its form decides its members.
    const found = JSON.parse(text) as Verdict & { readonly format: unknown };
    return found.format === FORMAT && found.version === version ? found : null;
  } catch {
    return null;
  }
}

/** Remember a verdict, and forget those longest unused. A cache that cannot be written is no failure. */
export function writeVerdict(file: string, verdict: Verdict): void {
  const folder = path.dirname(file);
  const text = JSON.stringify({ format: FORMAT, ...verdict });
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${file}.${process.pid}`, `${digestOf(text)}\n${text}`);
    renameSync(`${file}.${process.pid}`, file);
    const others = readdirSync(folder).map((name) => path.join(folder, name));
    const byAge = others
      .map((other) => ({ other, writtenMs: statSync(other).mtimeMs }))
      .sort((a, b) => b.writtenMs - a.writtenMs);
    for (const { other } of byAge.slice(MOST)) rmSync(other, { force: true });
  } catch {
    // The next time everything is looked at again.
  }
}

export function forgetVerdict(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // It no longer holds, which whoever reads it sees.
  }
}

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Field } from '../where-and-when.js';

/** The line of JSON of one benchmark, as it was recorded. */
export interface Recorded {
  readonly name: string;
  /** What gives it again. */
  readonly command: string;
  /** A field as a number or a text; null where there is none. */
  readonly number: (field: string) => number | null;
  readonly text: (field: string) => string | null;
  readonly fields: readonly string[];
}

export function recorded(name: string, line: Readonly<Record<string, Field>>): Recorded {
  const number = (field: string) => {
    const value = line[field];
    return typeof value === 'number' ? value : null;
  };
  const text = (field: string) => {
    const value = line[field];
    return typeof value === 'string' ? value : null;
  };
  return { name, command: text('command') ?? '', number, text, fields: Object.keys(line) };
}

/** All of a folder, in the order of `names`, then by name. */
export function readRecorded(folder: string, names: readonly string[]): Recorded[] {
  if (!existsSync(folder)) return [];
  const place = (name: string) => {
    const at = names.indexOf(name);
    return at < 0 ? names.length : at;
  };
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .sort((a, b) => place(a) - place(b) || (a < b ? -1 : 1))
    .map((name) => {
      const line = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'));
      return recorded(name, line as Readonly<Record<string, Field>>);
    });
}

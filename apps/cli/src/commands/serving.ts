import path from 'node:path';
import {
  DAY_MS,
  dayOf,
  type GroupBySpec,
  type JoinSpec,
  parseDay,
  parseInstantMs,
} from '@tessera/api';
import type { Store } from '@tessera/kv-writer';
import { badOptions, unknownName } from '../failures.js';
import type { Mistake } from '../options.js';
import { shownPath } from '../paths.js';
import type { ProjectConfig } from '../project/load-config.js';
import type { Definitions } from '../project/load-definitions.js';
import { chooseJoin } from './choose-join.js';
import type { CommandContext } from './context.js';

export interface RawUnitOptions {
  readonly project?: string;
  readonly out?: string;
  readonly store?: string;
  readonly join?: string;
  readonly groupBy?: string;
  readonly json?: boolean;
}

/** What a serving command is about: a join, the only one there is where none is named, or a groupBy by itself. */
export function chooseUnit(
  definitions: Definitions,
  { join, groupBy }: Pick<RawUnitOptions, 'join' | 'groupBy'>,
  features: string,
): JoinSpec | GroupBySpec {
  if (join !== undefined && groupBy !== undefined)
    throw badOptions([{ option: '--group-by', message: 'and --join are two units: give one' }]);
  if (groupBy === undefined) return chooseJoin(definitions, join, features);
  const found = definitions.groupBys.get(groupBy);
  if (found === undefined) throw unknownName('groupBy', groupBy, [...definitions.groupBys.keys()]);
  return found;
}

/** The folder of the embedded store, in the output folder. */
const STORE_FOLDER = 'online';

/** What `--store` names: a URL, or a folder, which starts from the working folder. */
export function storeUrl(
  asked: string | undefined,
  { out }: Pick<ProjectConfig, 'out'>,
  cwd: string,
): string {
  if (asked === undefined) return path.join(out, STORE_FOLDER);
  return /^[a-z][a-z0-9+.-]+:/i.test(asked) || asked === '' ? asked : path.resolve(cwd, asked);
}

/** A store as a user would name it. */
export function shownStore({ kind, where }: Pick<Store, 'kind' | 'where'>, cwd: string): string {
  return kind === 'lmdb' ? shownPath(cwd, where.replace(/^lmdb:/, '')) : where;
}

/** Open the store for one command. */
export async function withStore<T>(
  raw: Pick<RawUnitOptions, 'store'>,
  config: Pick<ProjectConfig, 'out'>,
  { cwd }: Pick<CommandContext, 'cwd'>,
  use: (store: Store) => Promise<T>,
): Promise<T> {
  const { openStore } = await import('@tessera/kv-writer');
  const store = await openStore(storeUrl(raw.store, config, cwd));
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

/** A day, whose midnight is meant, or an instant in UTC; ms since epoch. */
export function readAsOf(option: string, text: string, mistakes: Mistake[]): number {
  const ms = parseInstantMs(text);
  // Of other years there are no day labels.
  if (ms !== null && parseDay(text.slice(0, 10)) === dayOf(ms)) return ms;
  const message = `is neither a day (2025-03-01) nor an instant in UTC (2025-03-01T10:00:00Z): \`${text}\``;
  mistakes.push({ option, message });
  return Number.NaN;
}

/** The midnight (UTC) that began this day. */
export function lastMidnight(nowMs: number): number {
  return Math.floor(nowMs / DAY_MS) * DAY_MS;
}

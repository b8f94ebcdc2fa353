import type { PartitionState, PartitionStatus } from '@tessera/engine';
import { type Paint, paint, type Style } from './style.js';

const DAY_MS = 86_400_000;

/** Worst first: a mark for several days shows the worst of them. */
const MARKS: readonly (readonly [PartitionState, mark: string, how: Paint | null])[] = [
  ['missing', '░', 'red'],
  ['stale', '~', 'yellow'],
  ['leftover', '-', 'yellow'],
  ['unknown', '?', 'yellow'],
  ['fresh', '█', 'green'],
];

export interface DayBar {
  readonly marks: string;
  readonly first: string;
  readonly last: string;
  /** Days that a mark stands for. */
  readonly days: number;
}

/** Partitions over time, as few days a mark as fit; null where no partition is of a day. Days without one are blank. */
export function dayBar(
  partitions: readonly Pick<PartitionStatus, 'ds' | 'state'>[],
  cells: number,
  style: Style,
): DayBar | null {
  const known = partitions.flatMap(({ ds, state }) => {
    const ms = Date.parse(`${ds}T00:00:00Z`);
    return Number.isNaN(ms) ? [] : [{ day: ms / DAY_MS, ds, state }];
  });
  const first = known[0];
  const last = known.at(-1);
  if (first === undefined || last === undefined) return null;
  const span = last.day - first.day + 1;
  const days = Math.max(1, Math.ceil(span / Math.max(1, cells)));
  const worst = new Array<number>(Math.ceil(span / days)).fill(MARKS.length);
  for (const { day, state } of known) {
    const at = Math.floor((day - first.day) / days);
    const rank = MARKS.findIndex(([one]) => one === state);
    worst[at] = Math.min(worst[at] ?? MARKS.length, rank);
  }
  const marks = runs(worst).map(({ rank, length }) => {
    const [, mark, how] = MARKS[rank] ?? [null, ' ', null];
    const text = mark.repeat(length);
    return how === null ? text : paint(style, how, text);
  });
  return { marks: marks.join(''), first: first.ds, last: last.ds, days };
}

function runs(ranks: readonly number[]): { rank: number; length: number }[] {
  const found: { rank: number; length: number }[] = [];
  for (const rank of ranks) {
    const run = found.at(-1);
    if (run?.rank === rank) run.length++;
    else found.push({ rank, length: 1 });
  }
  return found;
}

const WORDS: Readonly<Record<PartitionState, string>> = {
  fresh: 'up to date',
  stale: 'stale',
  missing: 'missing',
  leftover: 'to be removed',
  unknown: 'not known',
};

export const stateWords = (state: PartitionState): string => WORDS[state];

/** What the marks mean, those only that are used. */
export function legend(states: ReadonlySet<PartitionState>, style: Style): string {
  return MARKS.filter(([state]) => states.has(state))
    .map(([state, mark, how]) => `${how === null ? mark : paint(style, how, mark)} ${WORDS[state]}`)
    .reverse()
    .join('   ');
}

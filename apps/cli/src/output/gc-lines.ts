import type { Garbage, GarbageItem } from '@tessera/engine';
import { formatAge, formatAmount, formatBytes } from './numbers.js';
import { doneLine, INDENT, noteLine, type Style, stepLine } from './style.js';
import { alignRows } from './text-width.js';
import { tileSetName } from './tile-lines.js';

export interface GcWords {
  /** The output folder as the user would type it, and whether there is one. */
  readonly out: string;
  readonly isThere: boolean;
  readonly isRemoving: boolean;
  /** As it was asked for: `1d`. */
  readonly olderThan: string;
  /** Ages are told from here. */
  readonly nowMs: number;
}

const KINDS: Readonly<Record<GarbageItem['kind'], readonly [one: string, many: string]>> = {
  replaced: ['replaced tile folder or file', 'replaced tile folders and files'],
  staged: ['folder of a run that did not end', 'folders of runs that did not end'],
  temporary: ['temporary file', 'temporary files'],
  facts: ['memory of files', 'memories of files'],
  unused: ['tile set', 'tile sets'],
};

/** What goes, or would go, by tile set and kind, with sizes and ages; then what stays, and why. */
export function gcLines(garbage: Garbage, words: GcWords, style: Style): string[] {
  const { out, isThere, isRemoving, olderThan, nowMs } = words;
  if (!isThere) return [doneLine(style, 'gc', `nothing to remove: there is no ${out}`)];
  const of = (...states: readonly GarbageItem['state'][]) =>
    garbage.items.filter(({ state }) => states.includes(state));
  const gone = of('removable', 'removed');
  const total = formatBytes(bytesOf(gone));
  const head =
    gone.length === 0
      ? doneLine(style, 'gc', `nothing to remove from ${out}`)
      : isRemoving
        ? doneLine(style, 'removed', `${total} from ${out}`)
        : doneLine(style, 'would remove', `${total} from ${out}   --force removes it`);
  const young = of('young');
  const held = of('held');
  const unasked = of('unasked');
  return [
    head,
    ...grouped(gone, garbage, nowMs),
    ...(young.length === 0
      ? []
      : [stepLine('kept', `${formatBytes(bytesOf(young))} younger than ${olderThan}`)]),
    ...(held.length === 0
      ? []
      : [stepLine('kept', `${formatBytes(bytesOf(held))} of tile sets that a run is writing`)]),
    ...(unasked.length === 0
      ? []
      : [
          noteLine(
            style,
            'not used',
            `by any definition of this project: ${formatAmount(unasked.length, 'tile set')}, ` +
              `${formatBytes(bytesOf(unasked))}; remove with --unused`,
          ),
          ...grouped(unasked, garbage, nowMs),
        ]),
    ...garbage.damaged.map(({ path }) =>
      noteLine(style, 'damaged', `${path}: left alone until its tiles are built again`),
    ),
  ];
}

/** A line for all of one kind in one tile set. */
function grouped(items: readonly GarbageItem[], { sets }: Garbage, nowMs: number): string[] {
  const names = new Map(sets.map((one) => [one.set, tileSetName(one)]));
  const groups = new Map<string, GarbageItem[]>();
  for (const item of items) {
    const id = `${item.set ?? ''} ${item.kind}`;
    const own = groups.get(id);
    if (own === undefined) groups.set(id, [item]);
    else own.push(item);
  }
  const rows = [...groups.values()].map((own) => {
    const { set, kind } = own[0]!;
    const ages = own.map(({ newestMs }) => nowMs - newestMs);
    const [least, most] = [Math.min(...ages), Math.max(...ages)].map(formatAge);
    return [
      set !== null
        ? (names.get(set) ?? set)
        : kind === 'facts'
          ? 'sources that are not read'
          : 'datasets',
      formatAmount(own.length, ...KINDS[kind]),
      formatBytes(bytesOf(own)),
      least === most ? `${least} old` : `${least} to ${most} old`,
    ];
  });
  return alignRows(rows, ['left', 'left', 'right', 'left']).map((line) => INDENT + line);
}

function bytesOf(items: readonly GarbageItem[]): number {
  return items.reduce((sum, { bytes }) => sum + bytes, 0);
}

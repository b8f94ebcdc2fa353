import type { Diagnosis, Finding } from '@tessera/engine';
import { formatAmount } from './numbers.js';
import { doneLine, INDENT, noteLine, type Style, stepLine } from './style.js';

export interface DoctorWords {
  /** The output folder as the user would type it, and whether there is one. */
  readonly out: string;
  readonly isThere: boolean;
  readonly shown: (path: string) => string;
}

/** A line per finding, and one below with what was, or would be, done about it. */
export function doctorLines(
  { datasets, tileSets, findings }: Diagnosis,
  { out, isThere, shown }: DoctorWords,
  style: Style,
): string[] {
  if (!isThere) return [doneLine(style, 'doctor', `nothing to look at: there is no ${out}`)];
  const looked = `${formatAmount(datasets, 'dataset')} and ${formatAmount(tileSets, 'tile set')} of ${out}`;
  const of = (...states: readonly Finding['state'][]) =>
    findings.filter(({ state }) => states.includes(state));
  const lines = (list: readonly Finding[]) =>
    list.flatMap(({ path, what, repair, state }) => [
      `${INDENT}${shown(path)}: ${what}`,
      `${INDENT}${INDENT}${state === 'found' ? `would be ${repair}` : repair}`,
    ]);
  const [wrong, mended, left, sound] = [of('found'), of('repaired'), of('left'), of('sound')];
  return [
    ...(wrong.length + mended.length + left.length === 0
      ? [doneLine(style, 'doctor', `${looked}: nothing is wrong`)]
      : [stepLine('doctor', looked)]),
    ...(mended.length === 0
      ? []
      : [doneLine(style, 'mended', formatAmount(mended.length, 'finding')), ...lines(mended)]),
    ...(wrong.length === 0
      ? []
      : [noteLine(style, 'found', formatAmount(wrong.length, 'finding')), ...lines(wrong)]),
    ...(left.length === 0
      ? []
      : [noteLine(style, 'left', formatAmount(left.length, 'finding')), ...lines(left)]),
    ...(sound.length === 0
      ? []
      : [stepLine('well', formatAmount(sound.length, 'finding')), ...lines(sound)]),
  ];
}

import { formatBytes } from './bytes.js';
import { cachedText, type Entry } from './contest.js';
import { type Figures, figuresOf } from './figures.js';
import { foretoldText, stageLines } from './foretold-text.js';
import type { Outline } from './report.js';
import { nearest, rivals } from './rivals.js';

/** What was measured, as people read it. */
export function tableText(outline: Outline, entries: readonly Entry[]): string {
  const { events, leftRows, keys, hotShare, days, seed } = outline.data.spec;
  const hot = hotShare === 0 ? '' : ` + 1 with ${hotShare * 100} % of the rows`;
  const ours = entries[0] === undefined ? null : figuresOf(entries[0]);
  const rows = entries.map((entry) => row(entry, outline, ours)).filter((cells) => cells !== null);
  const header = ['', 'median', 'spread', 'ratio', 'peak', 'CPU', 'read', 'from disk', ''];
  const compared = entries.filter(({ agreed }) => agreed !== null);
  return [
    `${outline.benchmark}: ${whole(events)} events, ${whole(leftRows)} left rows, ${whole(keys)} keys${hot}, ${days} days, seed ${seed}; ${formatBytes(outline.data.bytes)} in ${outline.data.files} files`,
    `  ${outline.of.about}; output written; ${outline.workers} threads, ${runsText(outline.runs)}`,
    ...compared.map(agreement),
    ...(compared.length === 0 ? ['  results were compared with NOBODY’s'] : []),
    ...(rows.length === 0 ? [] : align([header, ...rows]).map((text) => `  ${text}`)),
    ...(ours === null ? [] : headline(entries, ours)),
    ...entries.flatMap(toldLines),
    ...entries.flatMap(foretoldLines),
  ].join('\n');
}

function runsText(runs: number): string {
  if (runs === 0) return 'compared, not timed';
  return `${runs} ${runs === 1 ? 'run' : 'runs'}`;
}

/** What a contender measured inside itself. */
function toldLines(entry: Entry): string[] {
  const told = Object.entries(figuresOf(entry)?.told ?? {});
  if (told.length === 0) return [];
  const texts = told.map(([figure, value]) => `${figure} ${value.toFixed(2)}`);
  return [`  ${entry.contender.title}: ${texts.join(', ')}`];
}

/** Of our own: what the plan said, and how long each stage took. */
function foretoldLines(entry: Entry): string[] {
  const told = figuresOf(entry)?.foretold ?? null;
  if (told === null) return [];
  const stages = stageLines(told).map((line) => `    ${line}`);
  return [`  ${entry.contender.title}: ${foretoldText(told)}`, ...stages];
}

/** Against whom, in one line: each tool's best form, and the nearest of all. */
function headline(entries: readonly Entry[], ours: Figures): string[] {
  const all = rivals(entries, ours);
  const best = nearest(all);
  if (best === null) return [];
  const texts = all
    .filter(({ family }) => family !== 'floor')
    .map(({ title, ratio, isAtLeast }) => `${isAtLeast ? '> ' : ''}${ratio.toFixed(2)}× ${title}`);
  const floor = all.find(({ family }) => family === 'floor');
  if (floor !== undefined)
    texts.push(`${(1 / floor.ratio).toFixed(1)}× the time of ${floor.title}`);
  return [
    `  headline ${best.isAtLeast ? '> ' : ''}${best.ratio.toFixed(2)}×, against ${best.title}: ${texts.join(', ')}`,
  ];
}

function agreement({ contender, agreed }: Entry): string {
  return `  ${contender.title} agrees in all ${whole(agreed?.cells ?? 0)} cells of ${whole(agreed?.rows ?? 0)} rows`;
}

function row(
  { contender, outcome }: Entry,
  { budgets }: Outline,
  ours: Figures | null,
): string[] | null {
  const { title, name } = contender;
  const times = (factor: number) => `${factor.toFixed(2)}×`;
  if (outcome.kind === 'skipped') return [title, `skipped: ${outcome.why}`];
  const cached = outcome.kept === null ? '' : cachedText(outcome.kept);
  if (outcome.kind === 'stopped') {
    const least = ours === null ? '' : `> ${times(outcome.seconds / ours.seconds)}`;
    return [title, `> ${outcome.seconds} s`, 'stopped', least, '', '', '', '', cached];
  }
  const own = figuresOf({ contender, outcome, agreed: null });
  if (own === null) return null;
  const notes = [cached];
  if (cached === '' && outcome.runs.length === 1) notes.push('once');
  const budget = budgets[name];
  if (budget !== undefined && own.peakBytes !== null)
    notes.push(`peak is ${times(own.peakBytes / budget)} of its budget`);
  return [
    title,
    `${own.seconds.toFixed(2)} s`,
    `${own.minSeconds.toFixed(2)}–${own.maxSeconds.toFixed(2)}`,
    ours === null ? '' : times(own.seconds / ours.seconds),
    bytes(own.peakBytes),
    own.cpuSeconds === null ? '?' : `${own.cpuSeconds.toFixed(1)} s`,
    bytes(own.readBytes),
    bytes(own.diskReadBytes),
    notes.filter((note) => note !== '').join(', '),
  ];
}

const bytes = (value: number | null) => (value === null ? '?' : formatBytes(value));
const whole = (value: number) => value.toLocaleString('en');

/** First and last column to the left, figures to the right; a short row (a remark) is left as it is. */
function align(rows: readonly (readonly string[])[]): string[] {
  const full = rows.filter((cells) => cells.length > 2);
  const widths = (full[0] ?? []).map((_, i) =>
    Math.max(...full.map((cells) => cells[i]?.length ?? 0)),
  );
  const first = Math.max(...rows.map((cells) => cells[0]?.length ?? 0));
  return rows.map((cells) =>
    cells
      .map((cell, i) => {
        if (i === 0) return cell.padEnd(first);
        return cells.length <= 2 || i === cells.length - 1 ? cell : cell.padStart(widths[i] ?? 0);
      })
      .join('   ')
      .trimEnd(),
  );
}

import type { Phase, RunProfile, StageProfile } from '@tessera/engine';
import {
  formatAmount,
  formatBytes,
  formatCount,
  formatElapsed,
  formatRate,
  formatShare,
} from './numbers.js';
import { doneLine, INDENT, paint, type Style } from './style.js';
import { alignRows } from './text-width.js';

/** What rounds to nothing is not worth a line or a column. */
const LEAST_MS = 5;

/**
 * Where the time of a run went: seconds of each stage, and of its workers together by what they did; then what each stage
 * moved.
 *
 * @param shownPath of the file with every task, as the user would type it; null where there is none
 */
export function profileLines(
  profile: RunProfile,
  { phases, shownPath }: { readonly phases: readonly Phase[]; readonly shownPath: string | null },
  style: Style,
): string[] {
  const stages = profile.stages.filter(isShown);
  const file = shownPath === null ? [] : [`timeline ${shownPath} (ui.perfetto.dev)`];
  return [
    doneLine(
      style,
      'profile',
      [formatElapsed(profile.wallMs), workersOf(profile), ...file].join(' · '),
    ),
    ...usageLines(profile).map((line) => INDENT + line),
    '',
    ...timeTable(profile, stages, phases, style),
    '',
    ...workTable(stages, style),
  ];
}

/** How many tasks at a time, and whether in threads of their own. */
function workersOf({ workers, threads }: RunProfile): string {
  const amount = formatAmount(workers, 'worker');
  return workers > 1 && threads === 0 ? `${amount} in one thread` : amount;
}

const isShown = ({ tasks, wallMs }: StageProfile): boolean => tasks > 0 || wallMs >= LEAST_MS;

function timeTable(
  profile: RunProfile,
  stages: readonly StageProfile[],
  phases: readonly Phase[],
  style: Style,
): string[] {
  const spent = (phase: Phase) =>
    profile.stages.reduce((ms, { phasesMs }) => ms + (phasesMs[phase] ?? 0), 0);
  const shown = phases.filter((phase) => spent(phase) >= LEAST_MS);
  const all = phases.reduce((ms, phase) => ms + spent(phase), 0);
  const few = profile.wallMs - stages.reduce((ms, { wallMs }) => ms + wallMs, 0);
  const share = (ms: number) => formatShare(ms, profile.wallMs);
  const rows = [
    ['stage', 'seconds', 'share', ...shown],
    ...stages.map(({ stage, wallMs, phasesMs }) => [
      ...[stage, seconds(wallMs), share(wallMs)],
      ...shown.map((phase) => secondsOf(phasesMs[phase] ?? 0)),
    ]),
    ...(few >= LEAST_MS ? [['others', seconds(few), share(few)]] : []),
    ['all', seconds(profile.wallMs), '100 %', ...shown.map((phase) => seconds(spent(phase)))],
    ...(all > 0
      ? [
          [
            `of ${formatAmount(profile.workers, 'worker')}`,
            ...['', ''],
            ...shown.map((phase) => formatShare(spent(phase), all)),
          ],
        ]
      : []),
  ];
  return table(rows, style);
}

function workTable(stages: readonly StageProfile[], style: Style): string[] {
  const rows = stages.map(({ stage, wallMs, tasks, rows: n, readBytes, writtenBytes, usage }) => [
    stage,
    tasks === 0 ? '' : formatCount(tasks),
    n === 0 ? '' : formatCount(n),
    formatRate(n, wallMs),
    readBytes === 0 ? '' : formatBytes(readBytes),
    writtenBytes === 0 ? '' : formatBytes(writtenBytes),
    seconds(usage.userMs + usage.systemMs),
    formatCount(usage.minorFaults),
    formatCount(usage.majorFaults),
  ]);
  return table(
    [
      ['stage', 'tasks', 'rows', '', 'read', 'written', 'CPU seconds', 'page faults', 'from disk'],
      ...rows,
    ],
    style,
  );
}

function table(rows: readonly (readonly string[])[], style: Style): string[] {
  const sides = (rows[0] ?? []).map((_, idx) => (idx === 0 ? 'left' : 'right'));
  const [head = '', ...lines] = alignRows(rows, sides).map((line) => `  ${line}`);
  return [paint(style, 'dim', head), ...lines];
}

function usageLines({ usage, peakBytes, beside }: RunProfile): string[] {
  const hashed = beside.reduce((ms, { wallMs }) => ms + wallMs, 0);
  const { voluntarySwitches, involuntarySwitches, diskReadBytes, diskWrittenBytes } = usage;
  const facts = [
    [
      `CPU ${seconds(usage.userMs)} s + ${seconds(usage.systemMs)} s of the system`,
      `peak ${formatBytes(peakBytes)}`,
      `${formatAmount(usage.minorFaults, 'page fault')}, ${formatCount(usage.majorFaults)} from disk`,
    ],
    [
      `disk read ${formatBytes(diskReadBytes)}, wrote ${formatBytes(diskWrittenBytes)}`,
      `threads waited ${formatCount(voluntarySwitches)} times, preempted ${formatCount(involuntarySwitches)}`,
    ],
    hashed < LEAST_MS ? [] : [`contents of files hashed beside it in ${seconds(hashed)} s`],
  ];
  return facts.filter((line) => line.length > 0).map((line) => line.join(' · '));
}

function seconds(ms: number): string {
  return formatCount((ms / 1000).toFixed(2));
}

/** Nothing for what was not, or was hardly. */
function secondsOf(ms: number): string {
  return ms < LEAST_MS ? '' : seconds(ms);
}

import type { Progress } from '@tessera/engine';
import type { Terminal } from '../terminal.js';
import { formatBytes, formatCount, formatRate } from './numbers.js';
import { paint, type Style, stepLine } from './style.js';
import { cutText } from './text-width.js';

const REDRAW_MS = 100;
const PLAIN_LINE_MS = 5000;
const BAR_CELLS = 32;
const BESIDE_BAR_CELLS = 64;

/** The engine's progress, or that of anything else that has tasks. */
export interface StageProgress extends Omit<Progress, 'stage'> {
  readonly stage: string;
}

export interface ProgressView {
  readonly update: (progress: StageProgress) => void;
  /** Take unfinished bars off the screen; call it before anything else is printed. */
  readonly finish: () => void;
}

interface StageState {
  progress: StageProgress;
  /** The engine's clock when the stage began: rates are the stage's own. */
  readonly startedMs: number;
}

/**
 * Progress on `terminal.err`: redrawn bars on a screen; elsewhere plain lines, one when a stage ends and at most one
 * every five seconds between.
 */
export function createProgressView(terminal: Terminal, now: () => number = Date.now): ProgressView {
  return terminal.live ? liveView(terminal, now) : plainView(terminal, now);
}

function plainView(terminal: Terminal, now: () => number): ProgressView {
  const stages = new Map<string, StageState>();
  let printedMs = now();
  return {
    update(progress) {
      const stage = advance(stages, progress);
      if (stage === null) return;
      if (!isEnded(progress) && now() - printedMs < PLAIN_LINE_MS) return;
      printedMs = now();
      terminal.err(`${stepLine(progress.stage, factsOf(stage).join('   '))}\n`);
    },
    finish() {},
  };
}

function liveView(terminal: Terminal, now: () => number): ProgressView {
  const stages = new Map<string, StageState>();
  let drawnLines = 0;
  let drawnMs = Number.NEGATIVE_INFINITY;
  const erase = () => (drawnLines === 0 ? '' : `\u001b[${drawnLines}A\u001b[0J`);
  const draw = (ended: string) => {
    const bars = [...stages.values()]
      .filter(({ progress }) => !isEnded(progress))
      .map((stage) => `${barLine(stage, terminal.errStyle)}\n`);
    terminal.err(erase() + ended + bars.join(''));
    drawnLines = bars.length;
    drawnMs = now();
  };
  return {
    update(progress) {
      const stage = advance(stages, progress);
      if (stage === null) return;
      if (isEnded(progress)) {
        draw(`${barLine(stage, terminal.errStyle)}\n`);
      } else if (now() - drawnMs >= REDRAW_MS) {
        draw('');
      }
    },
    finish() {
      if (drawnLines > 0) terminal.err(erase());
      drawnLines = 0;
      stages.clear();
    },
  };
}

/** The stage as it is now; null where there is nothing to say: no tasks, or it had ended already. */
function advance(stages: Map<string, StageState>, progress: StageProgress): StageState | null {
  if (progress.tasksTotal === 0) return null;
  const stage = stages.get(progress.stage);
  if (stage !== undefined && (progress.tasksDone > 0 || !isEnded(stage.progress))) {
    const wasEnded = isEnded(stage.progress);
    stage.progress = progress;
    return wasEnded && isEnded(progress) ? null : stage;
  }
  const startedMs = progress.tasksDone === 0 ? progress.elapsedMs : 0;
  const begun: StageState = { progress, startedMs };
  stages.set(progress.stage, begun);
  return begun;
}

function isEnded({ tasksDone, tasksTotal }: StageProgress): boolean {
  return tasksDone >= tasksTotal;
}

/** `14/14`, `1.9 M rows/s`, `peak 612 MB`. */
function factsOf({ progress, startedMs }: StageState): string[] {
  const tasks = `${formatCount(progress.tasksDone)}/${formatCount(progress.tasksTotal)}`;
  const rate = formatRate(progress.rows, progress.elapsedMs - startedMs);
  const peak = progress.peakBytes > 0 ? `peak ${formatBytes(progress.peakBytes)}` : '';
  return [tasks.padStart(7), rate.padStart(14), peak].filter((fact) => fact.trim() !== '');
}

function barLine(stage: StageState, style: Style): string {
  const { tasksDone, tasksTotal } = stage.progress;
  const cells = Math.max(4, Math.min(BAR_CELLS, style.columns - BESIDE_BAR_CELLS));
  const full = tasksTotal === 0 ? cells : Math.floor((cells * tasksDone) / tasksTotal);
  const bar = '█'.repeat(full) + '░'.repeat(cells - full);
  // A line longer than the screen wraps, and the redraw would then move up too few lines.
  const line = cutText(
    stepLine(stage.progress.stage, `${bar}  ${factsOf(stage).join('   ')}`),
    style.columns - 1,
  );
  return line.replace(bar, paint(style, 'green', bar));
}

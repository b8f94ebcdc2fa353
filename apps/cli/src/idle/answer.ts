import { formatElapsed } from '../output/numbers.js';
import { doneLine, paint, type Style, stepLine } from '../output/style.js';
import { workingFolder } from '../paths.js';
import { processTerminal } from '../terminal.js';
import { readVersion } from '../version.js';
import { type Asked, IDLE_SETTING, verdictFile } from './asked.js';
import { readVerdict, type Said } from './verdict.js';
import { seen } from './witnesses.js';

/**
 * Say again that there is nothing to do, where the same was asked before and all that decided it is as it was: neither
 * definitions nor the engine are loaded.
 *
 * Returns  whether it was said; otherwise nothing has been done
 */
export function answered(argv: readonly string[]): boolean {
  const begunMs = performance.now();
  const { env } = process;
  const found = remembered({ argv, cwd: workingFolder(env), env });
  if (env[IDLE_SETTING] === 'tell') process.stderr.write(`idle: ${found.why}\n`);
  if (found.said === null) return false;
  const { out, outStyle } = processTerminal();
  const elapsedMs = performance.now() - begunMs;
  for (const said of found.said) out(`${lineOf(said, elapsedMs, outStyle)}\n`);
  return true;
}

/** What was said to the same command line, if nothing has changed since, and why it is said or not. */
export function remembered(asked: Omit<Asked, 'beganMs'>): {
  readonly said: readonly Said[] | null;
  readonly why: string;
} {
  try {
    const file = verdictFile(asked);
    const verdict = file === null ? null : readVerdict(file, readVersion());
    if (verdict === null) return { said: null, why: 'nothing is remembered' };
    const other = verdict.witnesses.find((some) => seen(some)?.digest !== some.digest);
    if (other !== undefined) return { said: null, why: `${other.of} changed` };
    return { said: verdict.said, why: 'all is as it was' };
  } catch (error) {
    return { said: null, why: String(error) };
  }
}

function lineOf({ as, label, text }: Said, elapsedMs: number, style: Style): string {
  if (as === 'title') return paint(style, 'bold', text);
  if (as === 'step') return stepLine(label, text);
  return doneLine(style, label, `${text}   ${formatElapsed(elapsedMs)}`);
}

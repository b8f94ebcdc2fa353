import { formatElapsed } from '../output/numbers.js';
import { doneLine, paint, type Style, stepLine } from '../output/style.js';
import { workingFolder } from '../paths.js';
import { processTerminal } from '../terminal.js';
import { readVersion } from '../version.js';
import { IDLE_SETTING, verdictFile } from './asked.js';
import { readVerdict, type Said, type Verdict } from './verdict.js';
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
  const tell = (what: string) => {
    if (env[IDLE_SETTING] === 'tell') process.stderr.write(`idle: ${what}\n`);
  };
  try {
    const file = verdictFile({ argv, cwd: workingFolder(env), env });
    if (file === null) return false;
    const verdict = readVerdict(file, readVersion());
    const changed = verdict === null ? 'nothing is remembered' : whatChanged(verdict);
    if (verdict === null || changed !== null) {
      tell(changed ?? '');
      return false;
    }
    tell('all is as it was');
    const { out, outStyle } = processTerminal();
    const elapsedMs = performance.now() - begunMs;
    for (const said of verdict.said) out(`${lineOf(said, elapsedMs, outStyle)}\n`);
    return true;
  } catch {
    return false;
  }
}

function whatChanged({ witnesses }: Verdict): string | null {
  const other = witnesses.find((some) => seen(some)?.digest !== some.digest);
  return other === undefined ? null : `${other.of} changed`;
}

function lineOf({ as, label, text }: Said, elapsedMs: number, style: Style): string {
  if (as === 'title') return paint(style, 'bold', text);
  if (as === 'step') return stepLine(label, text);
  return doneLine(style, label, `${text}   ${formatElapsed(elapsedMs)}`);
}

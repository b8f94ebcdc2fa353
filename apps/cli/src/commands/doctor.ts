import { existsSync } from 'node:fs';
import { TesseraError } from '@tessera/api';
import { badOptions } from '../failures.js';
import { doctorLines } from '../output/doctor-lines.js';
import { printJson } from '../output/json-document.js';
import { shownPath } from '../paths.js';
import { type CommandContext, printLines } from './context.js';
import { openProject } from './open-project.js';

export interface RawDoctorOptions {
  readonly project?: string;
  readonly out?: string;
  readonly check?: boolean;
  readonly json?: boolean;
}

/**
 * `tessera doctor`: what of the output folder is not as its manifests say, mended; with `--check` only told. Fails with
 * DAMAGED where something is left.
 */
export async function doctorCommand(raw: RawDoctorOptions, context: CommandContext): Promise<void> {
  if (raw.out === '') throw badOptions([{ option: '--out', message: 'names no folder' }]);
  const { config } = await openProject(raw, context);
  const { doctor } = await import('@tessera/engine');
  const check = raw.check === true;
  const diagnosis = await doctor({ out: config.out, check });
  if (raw.json === true) {
    context.terminal.out(printJson({ command: 'doctor', check, ...diagnosis }));
  } else {
    const words = {
      out: shownPath(context.cwd, config.out),
      isThere: existsSync(config.out),
      shown: (path: string) => shownPath(context.cwd, path),
    };
    printLines(context, doctorLines(diagnosis, words, context.terminal.outStyle));
  }
  const left = diagnosis.findings.filter(({ state }) => state === 'found' || state === 'left');
  if (left.length === 0) return;
  const isMendable = left.some(({ state }) => state === 'found');
  throw new TesseraError(
    'DAMAGED',
    { path: config.out, findings: left.length },
    { hint: isMendable ? '`tessera doctor` mends it.' : 'See what is told of each above.' },
  );
}

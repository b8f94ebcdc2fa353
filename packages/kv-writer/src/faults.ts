import { appendFileSync } from 'node:fs';

/**
 * Named places of an upload at which a test can end the process. Nothing but the environment variable switches one on.
 *
 *   TESSERA_STORE_FAULT=run.written:3      SIGKILL when the point is passed for the third time
 *   TESSERA_STORE_FAULT_LOG=<file>         every point that is passed, a line each
 */
export const STORE_FAULT_POINTS = [
  'lock.written',
  'lock.taken',
  'version.started',
  'run.announced',
  'run.written',
  'load.synced',
  'load.done',
  'verified',
  'meta.written',
  'meta.replaced',
  'finished',
  'pointer.written',
  'pointer.replaced',
  'activated',
  'drop.begun',
  'drop.half',
  'dropped',
  'lock.released',
] as const;

export type StoreFaultPoint = (typeof STORE_FAULT_POINTS)[number];

const { TESSERA_STORE_FAULT: asked = '', TESSERA_STORE_FAULT_LOG: log } = process.env;
const [wanted = '', nth = ''] = asked.split(':');
if (asked !== '') {
  // A test that asks for what is no point would show nothing.
  const isPoint = STORE_FAULT_POINTS.some((point) => point === wanted);
  if (!isPoint || !(Number(nth) >= 1)) throw new Error(`TESSERA_STORE_FAULT=${asked} is no fault`);
}
const isQuiet = asked === '' && log === undefined;
let passed = 0;

/** Pass a point; ends the process where that was asked for. */
export function fault(point: StoreFaultPoint): void {
  if (isQuiet) return;
  if (log !== undefined) appendFileSync(log, `${point}\n`);
  if (point !== wanted) return;
  passed++;
  if (passed === Number(nth)) process.kill(process.pid, 'SIGKILL');
}

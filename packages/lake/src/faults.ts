import { appendFileSync } from 'node:fs';

/**
 * Named places at which a test can end or fail the process. Nothing but the environment variable `TESSERA_FAULT` switches
 * one on; without it a place costs one comparison with null.
 *
 *   TESSERA_FAULT=manifest.written:1:kill      SIGKILL when the point is passed for the first time
 *   TESSERA_FAULT=file.write:7:ENOSPC          the 7th write fails
 *   TESSERA_FAULT=file.write:7+:EIO            the 7th and all later ones fail
 *   TESSERA_FAULT=file.write:3:short           the 3rd write takes half of what it is given
 *   TESSERA_FAULT_LOG=<file>                   every point that is passed, a line each
 *
 * Each thread counts for itself.
 */
export const FAULT_POINTS = [
  // Calls to the file system, whatever they are for.
  'file.open',
  'file.write',
  'file.sync',
  'file.rename',
  'file.link',
  'file.folder',
  'file.remove',
  // One writer.
  'lock.written',
  'lock.taken',
  'lock.released',
  // Tasks of a run.
  'staging.made',
  'task.begun',
  'task.written',
  'task.recorded',
  'staging.removed',
  // A dataset.
  'staged',
  'checked',
  'partitions.synced',
  'journal.written',
  'journal.replaced',
  'journal.synced',
  'partition.moved',
  'partitions.moved',
  'manifest.written',
  'manifest.replaced',
  'manifest.synced',
  'unlisted.removed',
  'journal.removed',
  // A tile set.
  'tiles.moved',
  'tiles.synced',
  'tiles.forgotten',
  'tiles.written',
  'tiles.replaced',
  'tiles.committed',
] as const;

export type FaultPoint = (typeof FAULT_POINTS)[number];

/** What an error of the system looks like, or what else happens. */
type How = 'kill' | 'short' | `E${string}`;

export interface Fault {
  readonly point: FaultPoint;
  /** The n-th time, from 1; with `isOn` every later time too. */
  readonly nth: number;
  readonly isOn: boolean;
  readonly how: How;
}

/** Throws for what is no fault: a test that asks for none would show nothing. */
export function parseFault(text: string): Fault {
  const [, point, nth, on, how] = /^([a-z.-]+):(\d+)(\+?):(kill|short|E[A-Z]+)$/.exec(text) ?? [];
  const known = FAULT_POINTS.find((name) => name === point);
  if (known === undefined || Number(nth) < 1) throw new Error(`TESSERA_FAULT=${text} is no fault`);
  // The pattern allows nothing else.
  return { point: known, nth: Number(nth), isOn: on === '+', how: how as How };
}

const { TESSERA_FAULT: asked, TESSERA_FAULT_LOG: log } = process.env;
const wanted = asked === undefined || asked === '' ? null : parseFault(asked);
const isQuiet = wanted === null && log === undefined;
let passed = 0;

/**
 * Pass a point. Kills the process, or throws an error of the system, where that was asked for.
 *
 * @param what for whom reads the error: a path
 * Returns  true where a write shall be cut short
 */
export function fault(point: FaultPoint, what = ''): boolean {
  return isQuiet ? false : hit(point, what);
}

function hit(point: FaultPoint, what: string): boolean {
  if (log !== undefined) appendFileSync(log, `${point} ${what}\n`);
  if (wanted?.point !== point) return false;
  passed++;
  if (passed !== wanted.nth && !(wanted.isOn && passed > wanted.nth)) return false;
  const { how } = wanted;
  if (how === 'short') return true;
  if (how === 'kill') process.kill(process.pid, 'SIGKILL');
  const error = new Error(`${how}: asked for by TESSERA_FAULT at ${point}, '${what}'`);
  throw Object.assign(error, { code: how, syscall: point });
}

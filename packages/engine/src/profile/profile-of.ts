import { resolve } from 'node:path';
import type { RunOptions } from '../run-types.js';
import { NO_PROFILER, type Profiler, startProfiler } from './profiler.js';
import type { RunProfile } from './run-profile.js';
import { traceEvents } from './trace.js';
import { checkTracePath, writeTrace } from './trace-file.js';

/** What finds out where a run's time goes, as far as its options ask. Throws BAD_OPTION where its file cannot be. */
export function profilerOf({ profile = false }: RunOptions): Profiler {
  if (profile === false) return NO_PROFILER;
  if (typeof profile === 'string') checkTracePath(resolve(profile), 'profile');
  return startProfiler(typeof profile === 'string');
}

/** What was found out, and left in the file that was asked for. */
export async function profileOf(
  profiler: Profiler,
  name: string,
  { profile: asked }: RunOptions,
): Promise<RunProfile | null> {
  const found = profiler.finish();
  if (found === null) return null;
  const timeline = typeof asked === 'string' ? resolve(asked) : null;
  if (timeline !== null) await writeTrace(timeline, traceEvents(name, found.timeline));
  return { timeline, ...found.profile };
}

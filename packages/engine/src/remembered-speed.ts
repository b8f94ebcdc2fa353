import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { makeFolder, readText, replaceFile } from '@tessera/lake';
import type { Estimate } from '@tessera/planner';
import { ENGINE_VERSION } from './version.js';

/**
 * How fast this machine is beside the one that an estimate's costs were measured on, as former runs show it. It decides
 * what is foretold, and nothing else. It may be lost at any time.
 */
export interface RememberedSpeed {
  /** 1 where nothing is known. */
  readonly speed: number;
  /** Remember what a run took. A folder that cannot be written is no failure of the run. */
  readonly learn: (estimate: Estimate, seconds: number) => Promise<void>;
}

/** Raised with the costs of estimates too: what runs have shown is how far off those were. */
const FORMAT = 2;

/** One slow run is no slow machine. */
const BOUNDS = { least: 0.25, most: 4 };

/** Shorter ones tell more of what else the machine did. */
const LEAST_SECONDS = 2;

/** A machine whose cores have more than this to do already is not itself. */
const MOST_LOAD = 0.5;

/**
 * @param folder where an output folder has what is remembered
 * @param machine what it holds for: `machineName`
 * @param load what runs before, per core
 */
export async function rememberedSpeed(
  folder: string,
  machine: string,
  load = (loadavg()[0] ?? 0) / Math.max(1, cpus().length),
): Promise<RememberedSpeed> {
  const path = join(folder, 'speed.json');
  const speed = readSpeed(await readText(path).catch(() => null), machine);
  return {
    speed,
    async learn({ seconds: estimated, stages }, taken) {
      const [foretold, took] = [estimated - stages.plan, taken - stages.plan];
      if (foretold < LEAST_SECONDS || took < LEAST_SECONDS || load > MOST_LOAD) return;
      const now = learned(speed, foretold / took);
      const text = { format: FORMAT, engine: ENGINE_VERSION, machine, speed: now };
      await makeFolder(folder)
        .then(() => replaceFile(path, `${JSON.stringify(text)}\n`))
        .catch(() => undefined);
    },
  };
}

/** Half way, in proportion, to what the last run showed. */
function learned(speed: number, times: number): number {
  const now = speed * Math.sqrt(times);
  return Math.min(BOUNDS.most, Math.max(BOUNDS.least, now));
}

/** What is another machine's, of another version or damaged tells nothing. */
function readSpeed(text: string | null, machine: string): number {
  try {
    const { speed, ...of } = JSON.parse(text ?? '{}') as Record<string, unknown>;
    const isOwn = of.format === FORMAT && of.engine === ENGINE_VERSION && of.machine === machine;
    if (!isOwn || typeof speed !== 'number') return 1;
    return speed >= BOUNDS.least && speed <= BOUNDS.most ? speed : 1;
  } catch {
    return 1;
  }
}

export function machineName(workers: number): string {
  const all = cpus();
  return `${all[0]?.model ?? '?'} × ${all.length}, ${workers} workers`;
}

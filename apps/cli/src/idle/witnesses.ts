import { statSync } from 'node:fs';
import { digestOf } from './asked.js';

/** Files and folders that a verdict depends on. */
export interface Witnesses {
  /** What they are of, for people. */
  readonly of: string;
  /** Absolute: there they are, and as they were. A folder stands for the names in it, not for what lies below. */
  readonly paths: readonly string[];
  /** There is nothing of that name. */
  readonly absent: readonly string[];
}

/** How they are now. */
export interface Seen {
  /** Over device, inode, size and times of all of them, in ns. */
  readonly digest: string;
  /** When the last of them was changed; nobody can set that back. */
  readonly changedMs: number;
  /** A path on each device. */
  readonly devices: ReadonlyMap<bigint, string>;
}

/** Look at witnesses, without opening any; null where one is gone, or there that was not. */
export function seen({ paths, absent }: Witnesses): Seen | null {
  const lines: string[] = [];
  const devices = new Map<bigint, string>();
  let changedNs = 0n;
  try {
    for (const path of absent) if (statSync(path, { throwIfNoEntry: false })) return null;
    for (const path of paths) {
      const { dev, ino, mode, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
      lines.push(`${dev} ${ino} ${mode} ${size} ${mtimeNs} ${ctimeNs}`);
      if (ctimeNs > changedNs) changedNs = ctimeNs;
      if (!devices.has(dev)) devices.set(dev, path);
    }
  } catch {
    return null;
  }
  return { digest: digestOf(lines.join('\n')), changedMs: Number(changedNs / 1_000_000n), devices };
}

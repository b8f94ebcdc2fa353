/** Something in an output folder that is not as it should be: plain data. */
export interface Finding {
  /** Absolute. */
  readonly path: string;
  /**
   * `lock`: of a process that is dead. `publish`: begun and not finished. `staged`, `temporary`: left by a run that did not
   * end. `manifest`: cannot be read. `partition`, `tiles`: listed, and not there as they were written. `unlisted`: partitions
   * that no manifest lists. `resumable`: finished tasks, which the next run takes over. `held`: being written. `newer`: of a
   * newer version of Tessera.
   */
  readonly kind:
    | 'lock'
    | 'publish'
    | 'staged'
    | 'temporary'
    | 'manifest'
    | 'partition'
    | 'tiles'
    | 'unlisted'
    | 'resumable'
    | 'held'
    | 'newer';
  /** In words: what is wrong, or whose it is. */
  readonly what: string;
  /** In words: what was done about it, or would be. */
  readonly repair: string;
  /** `sound`: nothing is wrong. `left`: the repair is not ours to make, or could not be made. */
  readonly state: 'found' | 'repaired' | 'sound' | 'left';
}

/** A finding, and how it is repaired; null where there is nothing to do. */
export interface Repairable {
  readonly finding: Omit<Finding, 'state'>;
  readonly isWrong: boolean;
  /** Run under the lock of the folder it lies in. */
  readonly mend: (() => Promise<unknown>) | null;
}

/** What is neither wrong nor to be mended. */
export function sound(finding: Omit<Finding, 'state'>): Repairable {
  return { finding, isWrong: false, mend: null };
}

export function wrong(
  finding: Omit<Finding, 'state'>,
  mend: (() => Promise<unknown>) | null,
): Repairable {
  return { finding, isWrong: true, mend };
}

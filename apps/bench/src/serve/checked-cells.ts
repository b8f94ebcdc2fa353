import type { Join } from '@tessera/api';
import { checkConsistency, isConsistent } from '@tessera/consistency';
import type { Store } from '@tessera/kv-writer';

const ROWS = 500;

export interface CheckedFrom {
  readonly store: Store;
  readonly lake: string;
  readonly out: string;
  readonly tmp: string;
  readonly workers: number;
  readonly signal: AbortSignal;
}

/** Cells that are served as a training set has them, of some left rows. Throws where one differs, or there is none. */
export async function checkedCells(join: Join, from: CheckedFrom): Promise<number> {
  const report = await checkConsistency({ join, rows: ROWS, ...from });
  const { differences, cells, equal } = report;
  const differ = Object.values(differences).reduce((sum, one) => sum + one, 0);
  if (!isConsistent(report) || differ > differences.after_upload || cells === 0)
    throw new Error(
      `${from.store.kind}: not what a training set holds: ${JSON.stringify(differences)}`,
    );
  return equal;
}

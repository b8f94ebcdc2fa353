import type { TilePolicy } from '@tessera/planner';
import type { WorkerMemory } from '../memory.js';

export interface EncodeOptions {
  /** Events before this instant are in, ms since epoch. */
  readonly asOfMs: number;
  /** Default: the working folder. */
  readonly lake?: string;
  /** Where tiles are, and what is passing. Default `out`. */
  readonly out?: string;
  readonly workers?: number;
  /** Bytes; default half of what there is. */
  readonly memory?: number;
  /** Of tests: how it is shared. */
  readonly memoryShares?: Partial<WorkerMemory>;
  readonly tmp?: string;
  /** Default `auto`: tiles that are there are read where they spare rows. `build` first builds those that are missing, and they stay. */
  readonly tiles?: TilePolicy;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: EncodeProgress) => void;
}

/** How far it is: tiles of a part, numbering keys, encoding entries, loading them. */
export type EncodeProgress =
  | { readonly stage: 'tiles' | 'keys' | 'encode'; readonly done: number; readonly total: number }
  | { readonly stage: 'load'; readonly entries: number; readonly bytes: number };

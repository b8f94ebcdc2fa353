import type { JoinSpec } from '@tessera/api';
import type { Store } from '@tessera/kv-writer';

export interface ConsistencyOptions {
  readonly join: JoinSpec;
  /** Where it is served from; null, or a store that has nothing of it = upload to one of the comparison's own. */
  readonly store: Store | null;
  /** Folder that relative source paths start from. */
  readonly lake: string;
  /** Where the project has its tiles: an upload of the comparison's own reads them. */
  readonly out: string;
  /** A log of requests that were served, compared in place of left rows: `readRequestLog` says how it looks. */
  readonly log?: string;
  /** Left rows, or requests, that are drawn. Default 10,000. */
  readonly rows?: number;
  /** Which: the same seed draws the same. Default 1. */
  readonly seed?: number;
  /** Of an upload of the comparison's own. Default: the midnight that began the left's last day. */
  readonly asOfMs?: number;
  /** Folder for what is passing. Default: the system's. */
  readonly tmp?: string;
  readonly workers?: number;
  readonly memory?: number;
  readonly signal?: AbortSignal;
  readonly onStep?: (step: ConsistencyStep) => void;
}

export type ConsistencyStep = 'upload' | 'sample' | 'train' | 'compare' | 'explain';

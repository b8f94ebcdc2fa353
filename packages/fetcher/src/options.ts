import type { FetchRequest, GroupBy, Join, RequestNames } from '@tessera/api';
import type { Store } from '@tessera/kv-writer';

/** What becomes of a part when what is known of it is older than it may be. */
export interface MaxAge {
  readonly maxAgeMs: number;
  /**
   * serve: values are given, and told to be stale. default: those of a key without events. error: null, and an error in the
   * part's status.
   */
  readonly then: 'serve' | 'default' | 'error';
}

export interface FetcherOptions {
  /** Where versions are; it is the caller's to close, after the fetcher. */
  readonly store: Store;
  /** What will be asked for: opened at once, so that a first request need not wait. Others may be asked for too. */
  readonly definitions?: readonly (Join | GroupBy)[];
  readonly maxAge?: MaxAge;
  /** How long a request waits for the store; then parts without an answer have the error TIMEOUT. Default: without limit. */
  readonly timeoutMs?: number;
  /** How often is looked whether another version is current. Default 1,000. */
  readonly refreshMs?: number;
  /** Entries that are kept in memory, at most this many bytes of them; 0 keeps none. Default 64 MB. */
  readonly cacheBytes?: number;
  /** After each request, for metrics. What it throws is the caller's. */
  readonly onFetch?: (event: FetchEvent) => void;
  /** After each look at the store that found another version, or failed. */
  readonly onRefresh?: (event: RefreshEvent) => void;
  /** Epoch ms. Default `Date.now`. */
  readonly now?: () => number;
}

/** How one request is answered, instead of what holds for the whole fetcher. */
export interface AnswerOptions {
  readonly maxAge?: MaxAge;
  readonly timeoutMs?: number;
  /** The request is given up with its reason. */
  readonly signal?: AbortSignal;
  /** Tell what each value was made of. */
  readonly explain?: boolean;
}

/** The instant of a request: features are what could be known just before it. Epoch ms, a Date, or ISO text in UTC. */
export type Instant = number | Date | string;

export type FetchOptions<D extends Join | GroupBy> = AnswerOptions & {
  /** Default: now. */
  readonly at?: Instant;
} & RequestOption<D>;

/** One of many: `fetchMany`. */
export type FetchInput<D extends Join | GroupBy, Keys> = {
  readonly keys: Keys;
  /** Default: that of the call, or now. */
  readonly at?: Instant;
} & RequestOption<D>;

/** `request` has to be given where the join names some. */
type RequestOption<D extends Join | GroupBy> = [RequestNames<D>] extends [never]
  ? { readonly request?: undefined }
  : string extends RequestNames<D>
    ? { readonly request?: Readonly<Record<string, unknown>> }
    : { readonly request: FetchRequest<D> };

export interface FetchEvent {
  /** `join.fraud_v2`, `group_by.user_spend`. */
  readonly unit: string;
  /** Null where none could be opened. */
  readonly version: string | null;
  /** Rows that were asked for. */
  readonly rows: number;
  /** Parts of all rows. */
  readonly parts: number;
  readonly ms: number;
  /** Entries that were in memory, and those that were not. */
  readonly hits: number;
  readonly misses: number;
  /** Parts by their status. */
  readonly stale: number;
  readonly errors: number;
}

export interface RefreshEvent {
  readonly unit: string;
  readonly from: string | null;
  /** The same as `from` where looking failed. */
  readonly to: string | null;
  readonly error?: unknown;
}

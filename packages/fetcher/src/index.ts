export type { ColumnExplanation, MergedPiece } from './answer/explanation.js';
export type { Fetched, PartStatus } from './fetched.js';
export { createFetcher, type Fetcher } from './fetcher.js';
export type {
  AnswerOptions,
  FetchEvent,
  FetcherOptions,
  FetchInput,
  FetchOptions,
  Instant,
  MaxAge,
  RefreshEvent,
} from './options.js';

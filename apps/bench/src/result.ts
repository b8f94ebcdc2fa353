import type { Field } from './where-and-when.js';

/** What a benchmark ends with. */
export interface Result {
  /** As people read it. */
  readonly text: string;
  /** Everything measured, as one flat object. */
  readonly line: Readonly<Record<string, Field>>;
}

export interface Watching {
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

import type { ValidationContext } from './context.js';

/** In the order in which they are told: what a layer says is only to be trusted where those before it hold. */
export const LAYERS = [
  'schema',
  'consistency',
  'dependency',
  'leakage',
  'performance',
  'backfill',
] as const;
export type Layer = (typeof LAYERS)[number];

/** error: nothing is run; warning: told, and an error where strictness is asked for. */
export type Severity = 'error' | 'warning';

/** One place where a rule is broken. */
export interface Found {
  /** `features/user-spend.ts › user_spend › sum('ammount')`. */
  readonly at: string;
  readonly message: string;
  /** Instead of the rule's. */
  readonly hint?: string;
}

/** What breaks a rule and what does not, as JavaScript over the definitions of `EXAMPLE_PRELUDE`. */
export interface Example {
  readonly fires: string;
  readonly passes: string;
}

export interface Rule {
  readonly id: string;
  readonly layer: Layer;
  readonly severity: Severity;
  /** What it says, in one sentence. */
  readonly summary: string;
  /** What to do about it. */
  readonly hint: string;
  readonly example: Example;
  /** It is looked at only where facts of the lake are known. */
  readonly needsFacts?: true;
  readonly check: (context: ValidationContext) => readonly Found[];
}

export interface Finding extends Found {
  readonly rule: string;
  readonly layer: Layer;
  readonly severity: Severity;
  readonly hint: string;
}

import type { GroupBySpec, JoinSpec, SourceSpec } from '../spec.js';
import type { Aggregation, phantom } from './aggregation-type.js';
import type { Derive } from './derive-type.js';
import type { LabelOn } from './label-type.js';
import type { Bare, ColumnTexts, IsOpen } from './type-text.js';

/** A source as its builder returns it: the plain `SourceSpec`, and its column types for the compiler. */
export interface Source<
  Kind extends SourceSpec['kind'] = SourceSpec['kind'],
  Name extends string = string,
  C extends ColumnTexts = ColumnTexts,
  K extends readonly string[] = readonly string[],
> extends SourceSpec {
  readonly kind: Kind;
  readonly name: Name;
  readonly [phantom]?: { readonly columns: C; readonly keys: K };
}

export type Events<Name extends string, C extends ColumnTexts> = Source<
  'events',
  Name,
  C,
  readonly []
>;
export type Entities<
  Name extends string,
  C extends ColumnTexts,
  K extends readonly string[],
> = Source<'entities', Name, C, K>;

/** A groupBy as its builder returns it: the plain `GroupBySpec`, and its types for the compiler. */
export interface GroupBy<
  Name extends string = string,
  C extends ColumnTexts = ColumnTexts,
  K extends readonly string[] = readonly string[],
  A extends readonly Aggregation[] = readonly Aggregation[],
  D extends Derive = Derive,
  O extends string = string,
> extends GroupBySpec {
  readonly name: Name;
  readonly [phantom]?: {
    readonly columns: C;
    readonly keys: K;
    readonly aggregations: A;
    readonly derive: D;
    readonly only: O;
  };
}

export interface PartOptions {
  /** Left column → key of the groupBy. A key that is not named here is the left column of its own name. */
  readonly keys?: Readonly<Record<string, string>>;
  /** In front of every column name of the part. */
  readonly prefix?: string;
  /** Evaluate the part this much before the left row's time (S2.6). */
  readonly lag?: string;
  /** `'inclusive'` counts an event at exactly the query time (S2.1). */
  readonly at?: 'strict' | 'inclusive';
  /** `'null'` gives null for a snapshot day without partition, instead of an error (S3.2). */
  readonly missing?: 'error' | 'null';
}

/** A part of a join as its builder returns it; `join` resolves it to a `PartSpec`. */
export interface Part<
  G extends GroupBy = GroupBy,
  Prefix extends string | undefined = string | undefined,
  Needs = never,
> {
  readonly kind: 'part';
  readonly of: SourceSpec | GroupBySpec;
  readonly options: PartOptions;
  readonly [phantom]?: {
    readonly groupBy: G;
    readonly prefix: Prefix;
    /** A function, so that a left with more columns than are needed is accepted, and one with fewer is not. */
    readonly needs: (left: Needs) => void;
  };
}

/** A join as its builder returns it: the plain `JoinSpec`, and its types for the compiler. */
export interface Join<
  Name extends string = string,
  Left extends ColumnTexts = ColumnTexts,
  P extends readonly Part[] = readonly Part[],
  L extends readonly LabelOn[] = readonly LabelOn[],
  D extends Derive = Derive,
  O extends string = string,
  R extends string = string,
> extends JoinSpec {
  readonly name: Name;
  readonly [phantom]?: {
    readonly left: Left;
    readonly parts: P;
    readonly labels: L;
    readonly derive: D;
    readonly only: O;
    readonly request: R;
  };
}

/** Column types of a source; open (any name) for a plain `SourceSpec`. */
export type ColumnsOfSource<S extends SourceSpec> =
  S extends Source<infer _Kind, infer _Name, infer C, infer _Keys> ? C : never;

/**
 * Column types without their `!`: what a left offers to the keys of its parts. An open left offers `never`, which is as good as
 * anything.
 */
export type Offered<C extends ColumnTexts> =
  IsOpen<C> extends true ? never : { readonly [K in keyof C]: Bare<C[K]> };

/**
 * The left columns that a part needs, with their types: those mapped, and the keys that nothing is mapped to.
 * `M` maps left column → key.
 */
export type NeededLeft<
  C extends ColumnTexts,
  K extends string,
  M extends Readonly<Record<string, string>>,
> = {
  readonly [L in (keyof M & string) | Exclude<K, M[keyof M]>]: L extends keyof M
    ? Bare<C[M[L]]>
    : Bare<C[L]>;
};

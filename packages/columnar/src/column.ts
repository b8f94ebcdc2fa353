/**
 * A column of one batch, in typed arrays. The logical type is held beside it (an `int64` column may be `f64` when every
 * value fits); the physical kind says how to read it.
 *
 *   f64    number per row, null = NaN (NaN is null everywhere on input, S4.4, so it is free to mean it).
 *          boolean 0/1, int32, float, double, date (days), and any integer that is known to be below 2^53.
 *   i64    64-bit integer per row; valid[i] = 0 is null. `valid` null = no nulls.
 *   i128   128-bit integer per row as (low, high) pairs of `values`: decimals above 18 digits.
 *   code   position in a dictionary, -1 = null. Dictionaries are sorted by UTF-8 bytes, so codes compare as values do.
 *   list   row i holds child rows offsets[i] … offsets[i + 1] - 1; offsets has rows + 1 entries and starts at 0.
 *   map    the same with two children, entries in key order (S8).
 */
export type Column =
  | { readonly kind: 'f64'; readonly values: Float64Array }
  | { readonly kind: 'i64'; readonly values: BigInt64Array; readonly valid: Uint8Array | null }
  | { readonly kind: 'i128'; readonly values: BigInt64Array; readonly valid: Uint8Array | null }
  | { readonly kind: 'code'; readonly values: Int32Array }
  | {
      readonly kind: 'list';
      readonly offsets: Int32Array;
      readonly valid: Uint8Array | null;
      readonly child: Column;
    }
  | {
      readonly kind: 'map';
      readonly offsets: Int32Array;
      readonly valid: Uint8Array | null;
      readonly keys: Column;
      readonly values: Column;
    };

export type ColumnKind = Column['kind'];

/** Named columns of equal length. Plain data: crosses threads and is written to files as it is. */
export interface Batch {
  readonly rows: number;
  readonly columns: Readonly<Record<string, Column>>;
}

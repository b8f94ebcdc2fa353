import type { Batch } from '@tessera/columnar';

/** Columns whose kind the task's own SQL decides. */
export function numbers(batch: Batch, name: string): Float64Array {
  const column = batch.columns[name];
  if (column?.kind === 'f64') return column.values;
  if (column?.kind === 'i64') {
    const { values, valid } = column;
    const out = new Float64Array(values.length);
    for (let i = 0; i < out.length; i++)
      out[i] = valid && !valid[i] ? Number.NaN : Number(values[i]);
    return out;
  }
  throw new Error(`column ${name} is ${column?.kind ?? 'absent'}, not numbers`);
}

export function codes(batch: Batch, name: string): Int32Array {
  const column = batch.columns[name];
  if (column?.kind !== 'code')
    throw new Error(`column ${name} is ${column?.kind ?? 'absent'}, not codes`);
  return column.values;
}

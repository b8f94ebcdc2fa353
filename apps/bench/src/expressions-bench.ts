import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import {
  compileExpressions,
  type DerivedColumn,
  type ExpressionBatch,
  type ExpressionOutput,
  evaluateRow,
  type Row,
  type Value,
} from '@tessera/expr';
import {
  EXPRESSION_CASES,
  EXPRESSION_COLUMNS,
  expressionBatch,
  outputsOf,
} from './expressions-case.js';
import { versions } from './versions.js';

/** One case: CPU time of the whole batch, and of the interpreter per value. */
export interface ExpressionTimes {
  readonly name: string;
  readonly outputs: number;
  /** CPU ms of each run, in the order of the runs; the first one holds V8's compiling. */
  readonly cpuMs: readonly number[];
  /** Values that were compared with the interpreter's. */
  readonly agreed: number;
  readonly interpreterNs: number;
}

/** Rows compared with the interpreter. */
const SAMPLE_ROWS = 2000;

/** Value of a row of a column, as expressions have it. */
function valueAt({ column, strings, type }: Omit<DerivedColumn, 'name'>, row: number): Value {
  switch (column.kind) {
    case 'f64': {
      const value = column.values[row]!;
      if (Number.isNaN(value)) return null;
      if (type.kind === 'boolean') return value === 1;
      return type.kind === 'int64' || type.kind === 'timestamp' ? BigInt(value) : value;
    }
    case 'i64':
      return column.valid?.[row] === 0 ? null : column.values[row]!;
    case 'code':
      return column.values[row]! < 0 ? null : strings![column.values[row]!]!;
    default:
      throw new Error(`${column.kind} is not compared`);
  }
}

/** Rows of the batch as the interpreter takes them. */
function sampleOf(batch: ExpressionBatch): Row[] {
  return Array.from({ length: Math.min(batch.rows, SAMPLE_ROWS) }, (_, row) =>
    Object.fromEntries(
      EXPRESSION_COLUMNS.map(({ name, type }) => {
        const { column, strings = null } = batch.columns.get(name)!;
        return [name, valueAt({ column, strings, type }, row)];
      }),
    ),
  );
}

function cpuMs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** Throws Error when a value of the sample is not the interpreter's, to the last bit. */
function compare(
  outputs: readonly ExpressionOutput[],
  made: readonly DerivedColumn[],
  sample: readonly Row[],
): number {
  outputs.forEach(({ name, expression }, at) => {
    sample.forEach((row, idx) => {
      const [given, wanted] = [valueAt(made[at]!, idx), evaluateRow(expression, row)];
      if (Object.is(given, wanted)) return;
      throw new Error(`${name}, row ${idx}: compiled ${given}, interpreted ${wanted}`);
    });
  });
  return outputs.length * sample.length;
}

/** Every case over one batch: compared on a sample first, then timed. */
export function timeExpressions(rows: number, runs: number): ExpressionTimes[] {
  const batch = expressionBatch(rows, 42);
  const sample = sampleOf(batch);
  const cases = EXPRESSION_CASES.map(({ name, texts }) => {
    const outputs = outputsOf(texts);
    const compiled = compileExpressions(outputs);
    const made: { columns: readonly DerivedColumn[] } = { columns: [] };
    const first = cpuMs(() => {
      made.columns = compiled(batch);
    });
    const agreed = compare(outputs, made.columns, sample);
    const interpreted = cpuMs(() => {
      for (const row of sample) for (const { expression } of outputs) evaluateRow(expression, row);
    });
    const interpreterNs = (interpreted * 1e6) / Math.max(1, agreed);
    return { name, outputs: outputs.length, compiled, agreed, interpreterNs, times: [first] };
  });
  for (let run = 1; run < runs; run++) {
    for (const { compiled, times } of cases) times.push(cpuMs(() => compiled(batch)));
  }
  return cases.map(({ name, outputs, agreed, interpreterNs, times }) => ({
    name,
    outputs,
    cpuMs: times,
    agreed,
    interpreterNs,
  }));
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}

/** The median of all runs but the first, which it is when there is no other. */
function medianMs({ cpuMs: times }: ExpressionTimes): number {
  return median(times.length > 1 ? times.slice(1) : times);
}

function perSecond(times: ExpressionTimes, rows: number): number {
  return (times.outputs * rows) / Math.max(1e-6, medianMs(times) / 1000);
}

function text(all: readonly ExpressionTimes[], rows: number, runs: number): string {
  const head = `expressions: ${rows.toLocaleString('en')} rows on one core, CPU time, median of ${Math.max(1, runs - 1)} after the first`;
  const titles = ['columns', 'CPU', 'first', 'M values/s', 'interpreter'];
  const widths = [9, 12, 12, 13, 14];
  const line = (name: string, cells: readonly string[]) =>
    `  ${name.padEnd(20)}${cells.map((cell, at) => cell.padStart(widths[at]!)).join('')}`;
  return [
    head,
    line('', titles),
    ...all.map((one) => {
      const mValues = perSecond(one, rows) / 1e6;
      return line(one.name, [
        String(one.outputs),
        `${medianMs(one).toFixed(1)} ms`,
        `${one.cpuMs[0]!.toFixed(1)} ms`,
        mValues.toFixed(mValues < 10 ? 1 : 0),
        `${one.interpreterNs.toFixed(0)} ns/value`,
      ]);
    }),
    `  ${all.reduce((sum, { agreed }) => sum + agreed, 0).toLocaleString('en')} values equal the interpreter's to the last bit`,
  ].join('\n');
}

/** `pnpm bench expressions`. Throws Error for options that it does not have, and for a value that is not equal. */
export function expressionsBench(argv: readonly string[]): string[] {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      rows: { type: 'string', default: '1000000' },
      runs: { type: 'string', default: '5' },
      json: { type: 'boolean', default: false },
    },
  });
  const [rows, runs] = (['rows', 'runs'] as const).map((name) => {
    const value = Number(values[name]);
    if (Number.isInteger(value) && value > 0) return value;
    throw new Error(`--${name} is not a whole number above 0: ${values[name]}`);
  }) as [number, number];
  const all = timeExpressions(rows, runs);
  const line = JSON.stringify({
    benchmark: 'expressions',
    rows,
    runs,
    ...versions(),
    load: loadavg()[0],
    cases: all.map((one) => ({
      name: one.name,
      outputs: one.outputs,
      cpu_ms: medianMs(one),
      first_cpu_ms: one.cpuMs[0],
      values_per_second: Math.round(perSecond(one, rows)),
      interpreter_ns: one.interpreterNs,
      agreed: one.agreed,
    })),
  });
  return values.json ? [line] : [text(all, rows, runs), line];
}

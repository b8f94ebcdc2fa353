import { random } from './prng.js';
import type { RandomCase } from './random-case.js';
import type {
  AggregationSpec,
  ColumnSpec,
  DataType,
  Expression,
  GroupBySpec,
  JoinSpec,
  Row,
  Tables,
  Value,
} from './types.js';
import { normalise, typeOf } from './values.js';

/** What an aggregation takes instead of a column. */
export interface DrawnInput {
  readonly partIdx: number;
  readonly aggregationIdx: number;
  readonly option: 'input' | 'weight';
  readonly expression: Expression;
  readonly type: DataType;
}

/**
 * A case, and the same with expressions where aggregations take columns.
 *
 * `expected` has the values of these expressions as columns of its tables: for whoever reads no expressions. They sort behind
 * all others, so that which of repeated rows stays (S1.5, S3.3) is not up to them.
 */
export interface CaseWithInputs {
  readonly join: JoinSpec;
  readonly tables: Tables;
  readonly inputs: readonly DrawnInput[];
  readonly expected: { readonly join: JoinSpec; readonly tables: Tables };
}

interface Form {
  readonly expression: Expression;
  readonly type: DataType;
  /** Of a value that is not null, as S4.4 has it. */
  readonly of: (value: Value) => Value;
  /** Of null; default null. */
  readonly ofNull?: Value;
}

const DOUBLE: DataType = { kind: 'double' };
const INT64: DataType = { kind: 'int64' };
const BOOLEAN: DataType = { kind: 'boolean' };

const text = (literal: string): Expression => ({ op: 'literal', literal });
const whole = (literal: number): Expression => ({ op: 'literal', literal });
const double = (literal: number): Expression =>
  Number.isInteger(literal)
    ? { op: 'literal', literal, type: 'double' }
    : { op: 'literal', literal };
type Infix = '+' | '-' | '*' | '/' | '%' | '||';
const infix = (op: Infix, left: Expression, right: Expression): Expression => ({
  op,
  left,
  right,
});

/** S7: what is not finite is null. */
const finite =
  (compute: (x: number) => number) =>
  (value: Value): Value => {
    const result = compute(Number(value));
    return Number.isFinite(result) ? result : null;
  };

/** Decimals are doubles where expressions see them, and nanoseconds microseconds. */
function isExact(type: DataType): boolean {
  return type.kind === 'list'
    ? isExact(type.element)
    : type.kind !== 'decimal' && type.kind !== 'timestamp_ns';
}

/** Expressions over one column that can be computed by hand. */
function formsOf(column: string, type: DataType): readonly Form[] {
  const x: Expression = { op: 'column', column };
  const isNull: Expression = { op: 'is_null', operand: x };
  const same = (value: Value): Value => value;
  const any: Form[] = [
    { expression: x, type, of: same },
    {
      expression: { op: 'case', when: [{ if: { op: 'not', arg: isNull }, then: x }] },
      type,
      of: same,
    },
  ];
  switch (type.kind) {
    case 'double':
      return [
        ...any,
        {
          expression: infix('+', infix('*', x, double(0.5)), double(1)),
          type,
          of: finite((v) => v * 0.5 + 1),
        },
        { expression: { op: 'negate', arg: x }, type, of: finite((v) => -v) },
        {
          expression: infix('/', x, infix('-', x, double(1))),
          type,
          of: finite((v) => v / (v - 1)),
        },
        // Never DuckDB's to compute.
        {
          expression: infix('+', { op: 'call', name: 'exp', args: [infix('-', x, x)] }, x),
          type,
          of: finite((v) => v - v + 1 + v),
        },
        {
          expression: { op: 'call', name: 'coalesce', args: [x, double(3)] },
          type,
          of: same,
          ofNull: 3,
        },
      ];
    case 'int64':
      return [
        ...any,
        { expression: infix('%', x, whole(7)), type, of: (v) => (v as bigint) % 7n },
        {
          expression: infix('*', { op: 'cast', operand: x, to: 'double' }, double(0.5)),
          type: DOUBLE,
          of: finite((v) => v * 0.5),
        },
      ];
    case 'int32':
      return [
        ...any,
        { expression: infix('+', x, whole(1)), type: INT64, of: (v) => BigInt(Number(v)) + 1n },
      ];
    case 'string':
      return [...any, { expression: infix('||', x, text('!')), type, of: (v) => `${String(v)}!` }];
    case 'boolean':
      return [
        ...any,
        { expression: { op: 'not', arg: x }, type, of: (v) => v !== true },
        { expression: isNull, type: BOOLEAN, of: () => false, ofNull: true },
      ];
    default:
      return any;
  }
}

/** Columns of a part's source, and of its tables, that stand for its expressions. */
interface Added {
  readonly source: string;
  readonly from: string;
  readonly fromType: DataType;
  readonly spec: ColumnSpec;
  readonly form: Form;
}

export function withInputs({ join, tables }: RandomCase, seed: number): CaseWithInputs {
  const r = random(seed + 777_777);
  const inputs: DrawnInput[] = [];
  const added: Added[] = [];
  const replaced = (groupBy: GroupBySpec, partIdx: number): [GroupBySpec, GroupBySpec] => {
    const { source } = groupBy;
    const own: Added[] = [];
    /** The name of the column that stands for an expression over one; the column itself where it stays. */
    const draw = (from: string, option: 'input' | 'weight', aggregationIdx: number): string => {
      const fromType = typeOf(source, from);
      if (!isExact(fromType) || r.chance(0.3)) return from;
      const form = r.pick(formsOf(from, fromType));
      const { expression, type } = form;
      inputs.push({ partIdx, aggregationIdx, option, expression, type });
      const spec = { name: `\u{10ffff}${added.length + own.length}`, type, nullable: true };
      own.push({ source: source.name, from, fromType, spec, form });
      return spec.name;
    };
    const both = groupBy.aggregations.map((aggregation, idx) => {
      const { input, weight } = aggregation;
      const named: AggregationSpec = {
        ...aggregation,
        // One name under both, whether a column stands there or an expression.
        ...(input !== undefined && { as: `${aggregation.as ?? 'e'} ${idx}` }),
      };
      const drawn = {
        ...named,
        ...(input !== undefined && { input: draw(input, 'input', idx) }),
        ...(weight !== undefined && { weight: draw(weight, 'weight', idx) }),
      };
      return { named, drawn };
    });
    added.push(...own);
    const columns = [...source.columns, ...own.map(({ spec }) => spec)];
    return [
      { ...groupBy, aggregations: both.map(({ named }) => named) },
      {
        ...groupBy,
        source: { ...source, columns },
        aggregations: both.map(({ drawn }) => drawn),
      },
    ];
  };
  const parts = join.parts.map((part, partIdx) => {
    const [own, plain] = replaced(part.groupBy, partIdx);
    return { own: { ...part, groupBy: own }, plain: { ...part, groupBy: plain } };
  });
  return {
    join: { ...join, parts: parts.map(({ own }) => own) },
    tables,
    inputs,
    expected: {
      join: { ...join, parts: parts.map(({ plain }) => plain) },
      tables: Object.fromEntries(
        Object.entries(tables).map(([source, rows]) => [
          source,
          rows.map((row) =>
            computed(
              row,
              added.filter((one) => one.source === source),
            ),
          ),
        ]),
      ),
    },
  };
}

function computed(row: Row, added: readonly Added[]): Row {
  const values = added.map(({ from, fromType, spec, form }): [string, Value] => {
    const value = normalise(fromType, row[from], 'keep');
    return [spec.name, value === null ? (form.ofNull ?? null) : form.of(value)];
  });
  return { ...row, ...Object.fromEntries(values) };
}

import { type DataType, DS, expressionColumns, type OutputColumn } from '@tessera/api';
import {
  compileRow,
  derivedSteps,
  type Value as ExprValue,
  type Row,
  typedAs,
} from '@tessera/expr';
import type { DefinitionPlan } from './definition-plan.js';

/** Derived columns of a row, compiled. */
export interface DerivedPlan {
  readonly columns: readonly DerivedColumn[];
  /** Positions in `inputs` and slots of features that they read. */
  readonly inputs: readonly number[];
  readonly slots: readonly number[];
  readonly readsDay: boolean;
  /** Values in the order of `columns`; what is read stands in `row`, to which they are added. */
  readonly compute: (row: Record<string, ExprValue>) => readonly ExprValue[];
  /** Those that read what nothing serves. */
  readonly unserved: readonly string[];
}

export interface DerivedColumn {
  readonly name: string;
  readonly type: DataType;
  /** Slots of all features that it is made of, through others too. */
  readonly slots: readonly number[];
}

interface Planned extends DerivedColumn {
  readonly expression: NonNullable<OutputColumn['expression']>;
  readonly reads: readonly string[];
}

/** @param lost names of features that nothing serves */
export function derivedPlan(definition: DefinitionPlan, lost: readonly string[]): DerivedPlan {
  const { inputs, features } = definition;
  const gone = new Set(lost);
  const slotOf = new Map(features.map(({ slot, column }) => [column.name, slot]));
  const inputOf = new Map(inputs.map(({ spec }, idx) => [spec.name, idx]));
  const planned = new Map<string, Planned>();
  const unserved: string[] = [];
  for (const { column } of definition.derived) {
    const { name, type, expression } = column;
    const reads = expression === undefined ? null : expressionColumns(expression);
    const isKnown = (read: string) =>
      !gone.has(read) &&
      (read === DS || slotOf.has(read) || inputOf.has(read) || planned.has(read));
    if (expression === undefined || reads === null || !reads.every(isKnown)) {
      unserved.push(name);
      gone.add(name);
      continue;
    }
    const slots = reads.flatMap((read) => planned.get(read)?.slots ?? slotOf.get(read) ?? []);
    planned.set(name, { name, type, expression, reads, slots: [...new Set(slots)] });
  }
  const columns = [...planned.values()];
  const read = new Set(columns.flatMap(({ reads }) => reads));
  return {
    columns: columns.map(({ name, type, slots }) => ({ name, type, slots })),
    inputs: inputs.flatMap(({ spec }, idx) => (read.has(spec.name) ? idx : [])),
    slots: features.flatMap(({ slot, column }) => (read.has(column.name) ? slot : [])),
    readsDay: read.has(DS),
    compute: compiled(columns, [
      ...inputs.map(({ spec }) => spec),
      ...features.map(({ column }) => column),
      { name: DS, type: { kind: 'string' } },
    ]),
    unserved,
  };
}

interface Typed {
  readonly name: string;
  readonly type: DataType;
}

function compiled(columns: readonly Planned[], given: readonly Typed[]): DerivedPlan['compute'] {
  const known = [...given, ...columns];
  const steps = derivedSteps(columns).map((step) => ({
    step,
    evaluate: compileRow(
      step.map(({ name, type, expression }) => ({
        ...{ name, type },
        expression: typedAs(expression, type, known),
      })),
    ),
  }));
  return (row) => {
    for (const { step, evaluate } of steps) {
      const values = evaluate(row satisfies Row);
      step.forEach(({ name }, idx) => {
        row[name] = values[idx]!;
      });
    }
    return columns.map(({ name }) => row[name]!);
  };
}

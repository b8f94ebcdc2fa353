import { formatType } from '@tessera/api';
import type { DerivedExplanation, DerivedInput } from '@tessera/engine';
import { section } from './explain-lines.js';
import { doneLine, noteLine, paint, type Style } from './style.js';
import { alignRows, cutText } from './text-width.js';
import { valueText } from './value-text.js';

const MAX_VALUE_CELLS = 2000;
const MAX_INPUT_CELLS = 60;

/** A derived cell: its expression, what it was given, and how to go on. */
export function explainDerivedLines(explanation: DerivedExplanation, style: Style): string[] {
  const { column, type, join, expression, asked, inputs, outcome } = explanation;
  const head =
    outcome.kind === 'value'
      ? doneLine(style, 'value', cutText(valueText(outcome.value), MAX_VALUE_CELLS))
      : noteLine(style, outcome.code, outcome.message);
  return [
    `${paint(style, 'bold', column)}  ${formatType(type)}`,
    ...section('column', [cutText(expression, MAX_VALUE_CELLS), `derived in ${join}`]),
    ...section('at', [`${asked}  asked`]),
    ...section('inputs', alignRows(inputs.map(inputRow), ['left', 'left', 'left'])),
    head,
    ...notesOf(explanation).map((line) => `${' '.repeat(19)}${line}`),
  ];
}

function inputRow(input: DerivedInput): string[] {
  const value = cutText(valueText(input.value), MAX_INPUT_CELLS);
  switch (input.from) {
    case 'left':
      return [input.name, value, 'of the left row'];
    case 'derived':
      return [input.name, value, cutText(input.expression, MAX_INPUT_CELLS)];
    case 'feature':
      return [input.name, value, input.explanation.why];
  }
}

/** Nulls among what the expression is given, and where the rest is told. */
function notesOf({ inputs, outcome }: DerivedExplanation): string[] {
  const nulls = inputs.filter(({ value }) => value === null).map(({ name }) => name);
  const isNull = outcome.kind === 'value' && outcome.value === null;
  const features = inputs.filter(({ from }) => from === 'feature').map(({ name }) => name);
  return [
    ...(isNull && nulls.length > 0 ? [`of its inputs null: ${nulls.join(', ')}`] : []),
    ...(features.length > 0 ? [`each feature in full: --column ${features.join(', ')}`] : []),
  ];
}

import { DS, dayOf, formatDay, type RowValue } from '@tessera/api';
import type { Value as ExprValue } from '@tessera/expr';
import { type Raw, shownDerived, toExpression } from '../plan/raw.js';
import type { ServingPlan } from '../plan/serving-plan.js';
import type { RequestRead } from '../request/read-request.js';

/**
 * The row in the order and form of a training set's.
 *
 * @param values by feature's slot
 * @param isKnown by feature's slot: what is derived of one that is not known is null, and no guess
 */
export function fillRow(
  plan: ServingPlan,
  request: RequestRead,
  values: readonly Raw[],
  isKnown: Uint8Array,
): Record<string, RowValue> {
  const { layout, derived } = plan;
  const made = derived.columns.length === 0 ? [] : derived.compute(read(plan, request, values));
  const row: Record<string, RowValue> = { ...layout.blank };
  for (let idx = 0; idx < layout.inputs.length; idx++) {
    const { name, show } = layout.inputs[idx]!;
    row[name] = show(request.values[idx]!);
  }
  for (const output of layout.outputs) {
    switch (output.from) {
      case 'feature':
        row[output.name] = isKnown[output.slot] === 1 ? output.show(values[output.slot]!) : null;
        break;
      case 'derived': {
        const { slots, type } = derived.columns[output.position]!;
        row[output.name] = slots.every((slot) => isKnown[slot] === 1)
          ? shownDerived(type, made[output.position]!)
          : null;
        break;
      }
      case 'nowhere':
        row[output.name] = null;
    }
  }
  return row;
}

/** What derived columns read, as expressions see it. */
function read(
  { definition, derived }: ServingPlan,
  { atMs, values: given }: RequestRead,
  values: readonly Raw[],
): Record<string, ExprValue> {
  const row: Record<string, ExprValue> = {};
  for (const idx of derived.inputs) {
    const { name, type } = definition.inputs[idx]!.spec;
    row[name] = toExpression(type, given[idx]!);
  }
  for (const slot of derived.slots) {
    const { name, type } = definition.features[slot]!.column;
    row[name] = toExpression(type, values[slot]!);
  }
  if (derived.readsDay) row[DS] = formatDay(dayOf(definition.endsDay ? atMs - 1 : atMs));
  return row;
}

import type { Value } from '../values/kind.js';
import type { AggregateState } from './state.js';

/** A scalar operation over lists: every element that is not null or NaN is a value of its own (S5.6). */
export function exploded<S>(inner: AggregateState<S>): AggregateState<S> {
  const each = (list: Value, visit: (element: Value) => void): void => {
    for (const element of list as readonly Value[]) {
      if (element !== null && !Number.isNaN(element)) visit(element);
    }
  };
  const state: AggregateState<S> = {
    ...inner,
    update: (into, list, eventMs, tie) =>
      each(list, (element) => inner.update(into, element, eventMs, tie)),
  };
  if (inner.retract !== undefined) {
    state.retract = (from, list) => each(list, (element) => inner.retract?.(from, element));
  }
  return state;
}

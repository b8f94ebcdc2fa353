import type { DataType } from '@tessera/api';

/** How much a change asks of whoever reads what is changed, least first. */
export const CHANGE_CLASSES = ['none', 'additive', 'widening', 'breaking'] as const;
export type ChangeClass = (typeof CHANGE_CLASSES)[number];

/** The greatest of some; `none` of none. */
export function greatest(classes: readonly ChangeClass[]): ChangeClass {
  const at = Math.max(0, ...classes.map((one) => CHANGE_CLASSES.indexOf(one)));
  return CHANGE_CLASSES[at] ?? 'none';
}

const WIDER: Readonly<Record<string, readonly string[]>> = {
  int32: ['int64'],
  float: ['double'],
  date: ['timestamp', 'timestamptz'],
  timestamp: ['timestamptz'],
};

/** Every value of the first type is one of the second, the same one. */
export function isWider(from: DataType, to: DataType): boolean {
  if (from.kind === 'decimal' && to.kind === 'decimal')
    return to.scale >= from.scale && to.precision - to.scale >= from.precision - from.scale;
  if (from.kind === 'list' && to.kind === 'list')
    return isSame(from.element, to.element) || isWider(from.element, to.element);
  if (from.kind === 'map' && to.kind === 'map')
    return (
      isSame(from.key, to.key) && (isSame(from.value, to.value) || isWider(from.value, to.value))
    );
  // Doubles hold every int32.
  if (from.kind === 'int32' && to.kind === 'double') return true;
  return WIDER[from.kind]?.includes(to.kind) === true;
}

function isSame(a: DataType, b: DataType): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

import { civilOf, weekdayOf } from '../civil.js';
import { dayOfYear, isoWeek } from '../registry/time-parts.js';
import { truncatedDay, US_OF } from '../registry/time-units.js';
import { checkSafe } from './emit-arithmetic.js';
import { BAIL, type Emitter, nameOf } from './emitter.js';
import type { Node } from './graph.js';
import { MAX_SAFE } from './representation.js';

const DAY_US = 86_400_000_000;
const [FIRST_DAY, LAST_DAY] = [-719_528, 2_932_896];

/** The days of 1900 to 2200, of which tables are made once a function was called often enough to be worth it. */
const [TABLE_FIRST, TABLE_DAYS, CALLS_BEFORE] = [-25_567, 110_000, 50_000];

/** A function of whole days, looked up where that is faster; NaN as the function has it. */
function tabled(part: (days: number) => number): (days: number) => number {
  let calls = 0;
  let table: Int32Array | null = null;
  return (days) => {
    const at = days - TABLE_FIRST;
    if (table !== null && at >= 0 && at < TABLE_DAYS) return table[at]!;
    if (calls++ === CALLS_BEFORE) {
      table = Int32Array.from({ length: TABLE_DAYS }, (_, day) => part(day + TABLE_FIRST));
    }
    return part(days);
  };
}

/** Parts by the day; they are NaN where the day is. */
const OF_DAY: Readonly<Record<string, (days: number) => number>> = {
  year: tabled((days) => civilOf(days).year),
  quarter: tabled((days) => Math.ceil(civilOf(days).month / 3)),
  month: tabled((days) => civilOf(days).month),
  week: tabled(isoWeek),
  day: tabled((days) => civilOf(days).day),
  day_of_year: tabled(dayOfYear),
  day_of_week: weekdayOf,
};

/** Parts by the µs since midnight: how long one is, and how many there are before it starts anew. */
const OF_TIME: Readonly<Record<string, readonly [number, number]>> = {
  hour: [3.6e9, 24],
  minute: [6e7, 60],
  second: [1e6, 60],
};

/**
 * Functions of time over doubles, for fast code: µs below 2^53 reach to the year 2255. The floor of a quotient of whole
 * numbers below 2^53 is exact: it never lies as close to the next whole number as a double's rounding would bring it.
 *
 * Returns  false where there is no such form
 */
export function emitTimeFunction(emitter: Emitter, node: Node, name: string): boolean {
  if (emitter.mode === 'wide') return false;
  if (Object.hasOwn(OF_DAY, name)) {
    emitter.define(node, `${emitter.constant(OF_DAY[name])}(${dayText(emitter, node, 0)})`);
    return true;
  }
  if (Object.hasOwn(OF_TIME, name)) {
    const [size, most] = OF_TIME[name]!;
    const us = ofDayText(emitter, node, 0);
    const units = `Math.floor(${us} / ${size})`;
    emitter.define(node, name === 'hour' ? units : `${units} % ${most}`);
    return true;
  }
  switch (name) {
    case 'is_weekend': {
      const day = `${nameOf(node)}d`;
      const weekday = emitter.constant(weekdayOf);
      emitter.line(node, `const ${day} = ${weekday}(${dayText(emitter, node, 0)});`);
      emitter.define(node, `${day} !== ${day} ? NaN : ${day} >= 6 ? 1 : 0`);
      return true;
    }
    case 'to_date':
      emitter.define(node, dayText(emitter, node, 0));
      return true;
    case 'epoch_ms':
      emitter.define(node, `Math.floor(${emitter.argument(node, 0)} / 1000)`);
      return true;
    case 'timestamp_ms':
      emitter.define(node, `${emitter.argument(node, 0)} * 1000`);
      checkSafe(emitter, node);
      return true;
    case 'date_trunc':
      return emitTrunc(emitter, node);
    case 'date_add':
      return emitAdd(emitter, node);
    case 'date_diff':
      return emitDiff(emitter, node);
    default:
      return false;
  }
}

/** Text of the day of a date or timestamp argument. */
export function dayText(emitter: Emitter, node: Node, at: number): string {
  const x = emitter.argument(node, at);
  return node.args[at]!.type.kind === 'date' ? x : `Math.floor(${x} / ${DAY_US})`;
}

/** Text of the µs since midnight of an argument, with which a statement may come. */
function ofDayText(emitter: Emitter, node: Node, at: number): string {
  const x = emitter.argument(node, at);
  // A day has none; null stays.
  if (node.args[at]!.type.kind === 'date') return `(${x} - ${x})`;
  return `(${x} - Math.floor(${x} / ${DAY_US}) * ${DAY_US})`;
}

/** Text of an argument's instant in µs; a day that is too far gives the row up. */
function instantText(emitter: Emitter, node: Node, at: number): string {
  const x = emitter.argument(node, at);
  if (node.args[at]!.type.kind !== 'date') return x;
  const name = `${nameOf(node)}u${at}`;
  emitter.line(node, `const ${name} = ${x} * ${DAY_US};`);
  emitter.line(node, `if (${name} > ${MAX_SAFE} || ${name} < -${MAX_SAFE}) ${BAIL}`);
  return name;
}

function unitOf(node: Node): string {
  const unit = node.args[0]!.value;
  if (typeof unit !== 'string') throw new Error('no unit');
  return unit;
}

function sizeOf(unit: string): number | null {
  const size = Object.hasOwn(US_OF, unit) ? US_OF[unit as keyof typeof US_OF] : null;
  return size === null ? null : Number(size);
}

function emitTrunc(emitter: Emitter, node: Node): boolean {
  const unit = unitOf(node);
  const size = sizeOf(unit);
  const isDate = node.type.kind === 'date';
  if (!isDate && size !== null && size < DAY_US) {
    const x = emitter.argument(node, 1);
    // Midnight is a multiple of every such unit.
    emitter.define(node, `Math.floor(${x} / ${size}) * ${size}`);
  } else {
    const first = emitter.constant(tabled((days) => truncatedDay(unit, days)));
    const day = `${first}(${dayText(emitter, node, 1)})`;
    emitter.define(node, isDate ? day : `${day} * ${DAY_US}`);
  }
  if (!isDate) checkSafe(emitter, node);
  return true;
}

function emitAdd(emitter: Emitter, node: Node): boolean {
  const size = sizeOf(unitOf(node))!;
  const [n, t] = [emitter.argument(node, 1), emitter.argument(node, 2)];
  if (node.type.kind === 'date') {
    const name = `${nameOf(node)}d`;
    emitter.line(node, `const ${name} = ${t} + ${n} * ${size / DAY_US};`);
    const isOut = `${name} < ${FIRST_DAY} || ${name} > ${LAST_DAY}`;
    emitter.define(node, `${isOut} ? NaN : ${name}`);
    return true;
  }
  const moved = `${nameOf(node)}m`;
  emitter.line(node, `const ${moved} = ${n} * ${size};`);
  emitter.line(node, `if (${moved} > ${MAX_SAFE} || ${moved} < -${MAX_SAFE}) ${BAIL}`);
  emitter.define(node, `${t} + ${moved}`);
  checkSafe(emitter, node);
  return true;
}

function emitDiff(emitter: Emitter, node: Node): boolean {
  const size = sizeOf(unitOf(node));
  if (size === null) return false;
  const [from, to] = [instantText(emitter, node, 1), instantText(emitter, node, 2)];
  const name = `${nameOf(node)}u`;
  emitter.line(node, `const ${name} = ${to} - ${from};`);
  emitter.line(node, `if (${name} > ${MAX_SAFE} || ${name} < -${MAX_SAFE}) ${BAIL}`);
  // Towards zero, from below too.
  emitter.define(node, `Math.trunc(${name} / ${size}) + 0`);
  return true;
}

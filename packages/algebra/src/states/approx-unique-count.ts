import {
  HLL_RANKS,
  HLL_REGISTERS,
  hllEstimate,
  hllSlotOfInt,
  hllSlotOfNumber,
  hllSlotOfString,
} from '../sketches/hyperloglog.js';
import type { ByteReader, ByteWriter } from '../values/bytes.js';
import type { Value, ValueKind } from '../values/kind.js';
import {
  type AggregateState,
  absorbing,
  decodeState,
  encodeState,
  type StateConfig,
} from './state.js';

/**
 * The greatest rank of each register. A few are kept as slots (register · 64 + rank) sorted by register, more as one byte
 * per register.
 */
export interface HyperLogLogState {
  slots: number[];
  ranks: Uint8Array | null;
}

/** In memory: more slots than this become an array of registers. */
const SPARSE_SLOTS = 128;
/** Encoded: three bytes a slot up to here, six bits a register (3,072 bytes) above. */
const SPARSE_ENCODED = 1023;
const SPARSE = 0;
const DENSE = 1;

/** APPROX_UNIQUE_COUNT: HyperLogLog registers, p = 12. */
export function approxUniqueCountState(config: StateConfig): AggregateState<HyperLogLogState> {
  const slotOf = slotFunction(config.kind);
  return {
    operation: 'APPROX_UNIQUE_COUNT',
    init: () => ({ slots: [], ranks: null }),
    update: (state, value) => addSlot(state, slotOf(value)),
    merge(state, other) {
      for (const slot of slotsOf(other)) addSlot(state, slot);
    },
    isEmpty: (state) => state.ranks === null && state.slots.length === 0,
    finalize(state) {
      const counts = new Float64Array(HLL_RANKS);
      let used = 0;
      for (const slot of slotsOf(state)) {
        counts[slot & 63]!++;
        used++;
      }
      counts[0] = HLL_REGISTERS - used;
      return hllEstimate(counts);
    },
    encode: (state) => encodeState('hyperloglog', (writer) => writeSlots(writer, slotsOf(state))),
    decode: (bytes) =>
      decodeState('APPROX_UNIQUE_COUNT', 'hyperloglog', bytes, (reader) => {
        const state: HyperLogLogState = { slots: [], ranks: null };
        addSlots(state, reader);
        return state;
      }),
    absorb: absorbing('APPROX_UNIQUE_COUNT', 'hyperloglog', addSlots),
  };
}

function slotFunction(kind: ValueKind): (value: Value) => number {
  switch (kind) {
    case 'number':
      return (value) => hllSlotOfNumber(value as number);
    case 'string':
      return (value) => hllSlotOfString(value as string);
    case 'boolean':
      return (value) => hllSlotOfInt(value === true ? 1 : 0);
    case 'int':
    case 'bigint':
    case 'decimal':
      return (value) => hllSlotOfInt(value as bigint | number);
    default:
      throw new RangeError('APPROX_UNIQUE_COUNT takes scalars, not lists');
  }
}

function addSlot(state: HyperLogLogState, slot: number): void {
  const { slots, ranks } = state;
  if (ranks !== null) {
    const register = slot >> 6;
    if (ranks[register]! < (slot & 63)) ranks[register] = slot & 63;
    return;
  }
  let low = 0;
  let high = slots.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (slots[middle]! >> 6 < slot >> 6) low = middle + 1;
    else high = middle;
  }
  const found = slots[low];
  if (found !== undefined && found >> 6 === slot >> 6) {
    if (found < slot) slots[low] = slot;
    return;
  }
  // One at the end to be overwritten: a splice makes a list of what it removes.
  slots.push(slot);
  for (let i = slots.length - 1; i > low; i--) slots[i] = slots[i - 1]!;
  slots[low] = slot;
  if (slots.length > SPARSE_SLOTS) {
    const dense = new Uint8Array(HLL_REGISTERS);
    for (const kept of slots) dense[kept >> 6] = kept & 63;
    state.ranks = dense;
    state.slots = [];
  }
}

/** The used registers as slots, ascending. */
function slotsOf({ slots, ranks }: HyperLogLogState): readonly number[] {
  if (ranks === null) return slots;
  const used: number[] = [];
  for (let register = 0; register < HLL_REGISTERS; register++) {
    if (ranks[register] !== 0) used.push(register * 64 + ranks[register]!);
  }
  return used;
}

/** @param slots ascending, one per register */
export function writeSlots(writer: ByteWriter, slots: ArrayLike<number> & Iterable<number>): void {
  if (slots.length <= SPARSE_ENCODED) {
    writer.byte(SPARSE);
    writer.varint(slots.length);
    for (const slot of slots) {
      writer.byte(slot >> 16);
      writer.byte(slot >> 8);
      writer.byte(slot);
    }
    return;
  }
  writer.byte(DENSE);
  const ranks = new Uint8Array(HLL_REGISTERS);
  for (const slot of slots) ranks[slot >> 6] = slot & 63;
  // Four registers of six bits in three bytes.
  for (let r = 0; r < HLL_REGISTERS; r += 4) {
    const four = (ranks[r]! << 18) | (ranks[r + 1]! << 12) | (ranks[r + 2]! << 6) | ranks[r + 3]!;
    writer.byte(four >> 16);
    writer.byte(four >> 8);
    writer.byte(four);
  }
}

/** Registers of the last that was read; nothing keeps it between calls. */
const read = new Uint32Array(HLL_REGISTERS);

/** What was written is read whole before any of it is added. */
function addSlots(state: HyperLogLogState, reader: ByteReader): void {
  const count = readSlots(reader);
  for (let i = 0; i < count; i++) addSlot(state, read[i]!);
}

/** Writes slots into `read`, ascending; returns how many. */
function readSlots(reader: ByteReader): number {
  const form = reader.byte();
  if (form === SPARSE) {
    const count = reader.count(3);
    if (count > SPARSE_ENCODED) reader.fail(`${count} registers in the sparse form`);
    for (let i = 0; i < count; i++) {
      const slot = (reader.byte() << 16) | (reader.byte() << 8) | reader.byte();
      const rank = slot & 63;
      const before = i === 0 ? -1 : read[i - 1]! >> 6;
      if (slot >> 6 >= HLL_REGISTERS || slot >> 6 <= before || rank === 0 || rank >= HLL_RANKS) {
        reader.fail('a register is impossible or out of order');
      }
      read[i] = slot;
    }
    return count;
  }
  if (form !== DENSE) reader.fail(`form ${form} is neither sparse nor dense`);
  let count = 0;
  for (let r = 0; r < HLL_REGISTERS; r += 4) {
    const four = (reader.byte() << 16) | (reader.byte() << 8) | reader.byte();
    for (let i = 0; i < 4; i++) {
      const rank = (four >> (18 - 6 * i)) & 63;
      if (rank >= HLL_RANKS) reader.fail('a rank is impossible');
      if (rank !== 0) read[count++] = (r + i) * 64 + rank;
    }
  }
  if (count <= SPARSE_ENCODED) reader.fail('few registers in the dense form');
  return count;
}

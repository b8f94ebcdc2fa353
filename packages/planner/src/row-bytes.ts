import type { DataType } from '@tessera/api';
import type { FeaturePlan, LanePlan } from './plan.js';

/**
 * What a row costs while it is worked on, for cutting work to the memory there is. Measured on the sweep (its sort, its
 * views and the scratch of one operation at a time), rounded up; lists and maps are taken as of eight elements.
 */

/** Key code and time, held as read and once more in key order, and the sort itself. */
const EVENT_BASE_BYTES = 48;
/** Scratch of the operation at work: values in order and an exact sum of them. */
const KERNEL_BYTES = 40;
/** Partition, position, key code and time. */
const LEFT_BASE_BYTES = 48;

function cellBytes(type: DataType, how: string): number {
  switch (type.kind) {
    case 'list':
      return 72;
    case 'decimal':
      return type.precision > 18 ? 17 : 9;
    case 'string':
      return how === 'hll' ? 8 : 4;
    default:
      return 8;
  }
}

/** Bytes of an event while its bucket is swept. */
export function eventBytes(lanes: readonly LanePlan[]): number {
  return (
    EVENT_BASE_BYTES +
    KERNEL_BYTES +
    lanes.reduce((sum, lane) => sum + 1.5 * cellBytes(lane.type, lane.read.how), 0)
  );
}

/** Bytes of an event while it is read and scattered: DuckDB's result, our copy of it, and the copy by bucket. */
export function scannedBytes(lanes: readonly LanePlan[]): number {
  return lanes.reduce((sum, lane) => sum + 2.5 * cellBytes(lane.type, lane.read.how), 36);
}

function outputBytes(feature: Pick<FeaturePlan, 'outputType' | 'k'>): number {
  switch (feature.outputType.kind) {
    case 'list':
      return 4 + 8 * (feature.k ?? 8);
    case 'map':
      return 132;
    case 'decimal':
      return 17;
    case 'string':
      return 4;
    default:
      return 8;
  }
}

/** Bytes of a left row while its bucket is swept: its windows' ranges and its values, in two orders for a moment. */
export function leftBytes(
  features: readonly Pick<FeaturePlan, 'outputType' | 'k'>[],
  queries: number,
): number {
  return (
    LEFT_BASE_BYTES +
    24 * queries +
    features.reduce((sum, feature) => sum + 1.5 * outputBytes(feature) + 4, 0)
  );
}

/** Bytes of an output row while a partition is put together. */
export function assembledBytes(features: readonly Pick<FeaturePlan, 'outputType' | 'k'>[]): number {
  return features.reduce((sum, feature) => sum + 3 * outputBytes(feature), 16);
}

/** Bytes of a left row while it is read: position, time, day and a code per key set, as read and by bucket. */
export function leftReadBytes(keySets: number): number {
  return 96 + 40 * keySets;
}

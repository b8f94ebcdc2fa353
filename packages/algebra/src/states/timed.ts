import type { ByteReader, ByteWriter } from '../values/bytes.js';
import { readCanonical, writeCanonical } from '../values/canonical.js';
import { compareValues } from '../values/compare.js';
import type { Value } from '../values/kind.js';
import type { StateConfig } from './state.js';

/** A value with its place in time: ordered by time, then tie-breaker (none first), then the value itself (S5.4). */
export interface Timed {
  readonly t: number;
  readonly tie: Value;
  readonly value: Value;
}

export interface TimedCodec {
  compare(a: Timed, b: Timed): number;
  write(writer: ByteWriter, timed: Timed): void;
  read(reader: ByteReader): Timed;
}

export function timedCodec(config: StateConfig): TimedCodec {
  const compareValue = compareValues(config.kind);
  const tieKind = config.tieKind ?? 'number';
  const compareTie = compareValues(tieKind);
  return {
    compare(a, b) {
      if (a.t !== b.t) return a.t - b.t;
      if (a.tie === null || b.tie === null) {
        if (a.tie !== b.tie) return a.tie === null ? -1 : 1;
      } else {
        const order = compareTie(a.tie, b.tie);
        if (order !== 0) return order;
      }
      return compareValue(a.value, b.value);
    },
    write(writer, timed) {
      writer.double(timed.t);
      writer.byte(timed.tie === null ? 0 : 1);
      if (timed.tie !== null) writeCanonical(writer, tieKind, timed.tie);
      writeCanonical(writer, config.kind, timed.value);
    },
    read(reader) {
      const t = reader.double();
      if (!Number.isSafeInteger(t)) reader.fail('a time is not whole milliseconds');
      const tie = reader.flag() ? readCanonical(reader, tieKind) : null;
      return { t, tie, value: readCanonical(reader, config.kind) };
    },
  };
}

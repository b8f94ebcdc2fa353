import { DAY_MS, formatDay, type SourceSpec } from '@tessera/api';
import { isLegalTime, timeMs } from '../oracle/time.js';
import type { Row } from '../oracle/types.js';

/** Events in folders of their days, every seventh late: in the folder of a day or two after. */
export function folderOf(
  source: SourceSpec,
): ((row: Row, idx: number) => string | null) | undefined {
  const time = source.columns.find(({ name }) => name === source.time);
  if (source.kind !== 'events' || time === undefined) return undefined;
  return (row, idx) => {
    if (typeof row.ds === 'string') return row.ds;
    const ms = timeMs(time.type, row[time.name] ?? null);
    if (ms === null || !isLegalTime(source, ms)) return '2025-01-01';
    // Repeats of an event are looked for inside its partition (S1.5), which is its day where there are no folders.
    const late = source.eventId === undefined && idx % 7 === 3 ? 1 + (idx % 2) : 0;
    return formatDay(Math.floor(ms / DAY_MS) + late);
  };
}

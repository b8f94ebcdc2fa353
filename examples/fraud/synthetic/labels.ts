import { DAY_MS, DAYS } from './calendar.js';
import { addRow, newRows, type Rows } from './columns.js';
import type { Payments } from './payments.js';
import type { Population } from './population.js';
import { random } from './random.js';

const LABEL = ['seq', 'user', 'merchant', 'cents', 'reason', 'fraud', 'offsetMs'] as const;
/** `offsetMs` counts from midnight of the partition a label is stored in; it is negative for late ones. */
export type Labels = Rows<(typeof LABEL)[number]>;

export const REASONS = ['stolen_card', 'account_takeover', 'friendly', 'cleared'] as const;
const CLEARED = REASONS.length - 1;

/**
 * The investigations that follow a day's payments: one per fraud, and one per 600 others, which clears it. They end
 * 1 to 30 days later and are put into `byDay`, the labels to be written with each later partition.
 * Those that end after the last day do not exist yet.
 */
export function addLabels(
  p: Population,
  dayIdx: number,
  payments: Payments,
  byDay: Labels[],
): void {
  const r = random(p.seed, 2000 + dayIdx);
  const c = payments.columns;
  for (let i = 0; i < payments.rows; i++) {
    const fraud = c.fraud[i] === 1;
    if (!fraud && r.next() >= 1 / 600) continue;
    const afterMs = Math.floor(DAY_MS * Math.min(30, 1 + r.exponential(fraud ? 6 : 3)));
    const reason = fraud ? r.below(CLEARED) : CLEARED;
    const confirmedMs = c.offsetMs[i]! + afterMs;
    const storedDay = dayIdx + Math.floor(confirmedMs / DAY_MS) + (r.next() < 0.05 ? 1 : 0);
    if (storedDay >= DAYS) continue;
    const labels = byDay[storedDay]!;
    const at = addRow(labels);
    labels.columns.seq[at] = c.seq[i]!;
    labels.columns.user[at] = c.user[i]!;
    labels.columns.merchant[at] = c.merchant[i]!;
    labels.columns.cents[at] = c.cents[i]!;
    labels.columns.reason[at] = reason;
    labels.columns.fraud[at] = fraud ? 1 : 0;
    labels.columns.offsetMs[at] = confirmedMs - (storedDay - dayIdx) * DAY_MS;
  }
}

export function emptyLabels(): Labels[] {
  return Array.from({ length: DAYS }, () => newRows(LABEL, 64));
}

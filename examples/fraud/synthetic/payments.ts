import { DAY_MS, DAYS, HOUR_MS, HOUR_TABLE } from './calendar.js';
import { addRow, newRows, type Rows } from './columns.js';
import { type Population, RING_DEVICES } from './population.js';
import { type Random, random } from './random.js';
import { zipf } from './zipf.js';

const PAYMENT = [
  'seq',
  'user',
  'merchant',
  'device',
  'cents',
  'currency',
  'channel',
  'offsetMs',
  'fraud',
  'late',
] as const;
/** `offsetMs` counts from midnight of the day paid; `late` rows are stored a day later. */
export type Payments = Rows<(typeof PAYMENT)[number]>;

/** User 0: a company's card, the key that is far bigger than all others. */
const WHALE = 0;
const WHALE_SHARE = 0.03;
const BURST_SHARE = 0.004;
const LATE_SHARE = 0.005;
const BASE_FRAUD = 0.0018;

/** Makes one day's payments after another's; `firstSeq` numbers them through. */
export function paymentMaker(
  p: Population,
): (dayIdx: number, rows: number, firstSeq: number) => Payments {
  const drawUser = zipf(p.users - 1, 0.85, 30);
  const drawMerchant = zipf(p.merchants, 0.9, 8);

  return (dayIdx, rows, firstSeq) => {
    const r = random(p.seed, 1000 + dayIdx);
    const out = newRows(PAYMENT, Math.max(16, rows));
    while (out.rows < rows) {
      const user = r.next() < WHALE_SHARE ? WHALE : 1 + drawUser(r);
      const burst = user !== WHALE && r.next() < BURST_SHARE ? 4 + r.below(12) : 0;
      let offsetMs = HOUR_TABLE[r.below(1024)]! * HOUR_MS + r.below(HOUR_MS);
      payOnce(r, out, user, offsetMs, burst > 0);
      for (let n = 1; n < burst && out.rows < rows; n++) {
        // A tenth of a burst is sent twice within one millisecond: real gateways do, and equal times must not matter.
        if (r.next() >= 0.1) offsetMs += 1 + Math.floor(r.exponential(25_000));
        if (offsetMs >= DAY_MS) break;
        payOnce(r, out, user, offsetMs, true);
      }
    }
    return inTimeOrder(out, firstSeq, dayIdx === DAYS - 1);
  };

  function payOnce(
    r: Random,
    out: Payments,
    user: number,
    offsetMs: number,
    inBurst: boolean,
  ): void {
    const at = addRow(out);
    const c = out.columns;
    const merchant = r.next() < 0.45 ? p.favourites[user * 4 + r.below(4)]! : drawMerchant(r);
    const home = p.home[user]!;
    const away = p.country[merchant]! !== home && r.next() < 0.25;
    const isOnline = r.next() < p.online[merchant]!;
    const ring = isOnline && r.next() < 0.004;
    const slot = r.next();
    let device = p.userDevices[user * 3 + (slot < 0.75 ? 0 : slot < 0.95 ? 1 : 2)]!;
    if (ring) device = r.below(RING_DEVICES);
    const cents = Math.round(Math.exp(p.logCents[merchant]! + 0.9 * r.normal()));
    const chance =
      BASE_FRAUD * p.risk[merchant]! * (ring ? 40 : 1) * (inBurst ? 6 : 1) * (away ? 2 : 1);

    c.user[at] = r.next() < 0.0005 ? -1 : user;
    c.merchant[at] = merchant;
    c.device[at] = r.next() < (isOnline ? 0.01 : 0.06) ? -1 : device;
    c.cents[at] = r.next() < 0.003 ? -1 : Math.min(5_000_000, Math.max(50, cents));
    c.currency[at] = away ? p.country[merchant]! : home;
    c.channel[at] = isOnline ? (r.next() < 0.6 ? 1 : 2) : r.next() < 0.03 ? 3 : 0;
    c.offsetMs[at] = offsetMs;
    c.fraud[at] = r.next() < Math.min(0.6, chance) ? 1 : 0;
    c.late[at] = r.next() < LATE_SHARE ? 1 : 0;
  }
}

/** The same rows by time, numbered; those of the last day are never late, so that every row has a partition. */
function inTimeOrder(made: Payments, firstSeq: number, lastDay: boolean): Payments {
  // Time and position in one number below 2^53: a plain numeric sort is several times faster than one with a callback.
  const order = new Float64Array(made.rows);
  const step = 2 ** 26;
  for (let i = 0; i < made.rows; i++) order[i] = made.columns.offsetMs[i]! * step + i;
  order.sort();
  const position = Int32Array.from(order, (key) => key % step);
  const out = newRows(PAYMENT, Math.max(1, made.rows));
  out.rows = made.rows;
  for (const name of PAYMENT) {
    const from = made.columns[name];
    const to = out.columns[name];
    for (let i = 0; i < made.rows; i++) to[i] = from[position[i]!]!;
  }
  for (let i = 0; i < made.rows; i++) out.columns.seq[i] = firstSeq + i;
  if (lastDay) out.columns.late.fill(0);
  return out;
}

import { DAY_MS } from './calendar.js';
import { addRow, newRows, type Rows } from './columns.js';
import type { Population } from './population.js';
import { RING_DEVICES } from './population.js';
import { mixUnit, random } from './random.js';

const SCORE = ['seq', 'merchant', 'points', 'model', 'offsetMs'] as const;
const REPUTATION = ['seq', 'device', 'points', 'vpn', 'offsetMs'] as const;
const PROFILE = ['merchant', 'category', 'country', 'ageDays', 'ratePoints'] as const;
export type Scores = Rows<(typeof SCORE)[number]>;
export type Reputations = Rows<(typeof REPUTATION)[number]>;
export type Profiles = Rows<(typeof PROFILE)[number]>;

/** A merchant's score of the day: its true risk seen through noise, in ten-thousandths; a new model from day 45. */
export function merchantScores(p: Population, dayIdx: number): Scores {
  const r = random(p.seed, 3000 + dayIdx);
  const rows = Math.max(4, Math.round(p.merchants * 0.15));
  const out = newRows(SCORE, rows);
  for (let n = 0; n < rows; n++) {
    const at = addRow(out);
    const merchant = r.below(p.merchants);
    const risk = p.risk[merchant]!;
    const points = Math.round(
      10_000 * Math.min(1, Math.max(0, risk / (risk + 3) + 0.08 * r.normal())),
    );
    out.columns.seq[at] = dayIdx * rows + n;
    out.columns.merchant[at] = merchant;
    out.columns.points[at] = r.next() < 0.005 ? -1 : points;
    out.columns.model[at] = dayIdx < 45 || r.next() < 0.1 ? 3 : 4;
    out.columns.offsetMs[at] = r.below(DAY_MS);
  }
  return out;
}

/** What the day's sightings say about devices, 0 to 100 points; shared devices do badly. */
export function deviceReputations(p: Population, dayIdx: number): Reputations {
  const r = random(p.seed, 4000 + dayIdx);
  const rows = Math.max(4, Math.round(p.devices * 0.02));
  const out = newRows(REPUTATION, rows);
  for (let n = 0; n < rows; n++) {
    const at = addRow(out);
    const device = r.next() < 0.01 ? r.below(RING_DEVICES) : r.below(p.devices);
    const mean = device < RING_DEVICES ? 25 : 60 + 30 * mixUnit(p.seed ^ 0x7265, device);
    out.columns.seq[at] = dayIdx * rows + n;
    out.columns.device[at] = device;
    out.columns.points[at] = Math.min(100, Math.max(0, Math.round(mean + 8 * r.normal())));
    out.columns.vpn[at] = r.next() < (device < RING_DEVICES ? 0.7 : 0.06) ? 1 : 0;
    out.columns.offsetMs[at] = r.below(DAY_MS);
  }
  return out;
}

/** All merchants known at the end of the day. The chargeback rate, in millionths, moves once a week. */
export function merchantProfiles(p: Population, dayIdx: number): Profiles {
  const out = newRows(PROFILE, p.merchants);
  const week = Math.floor((dayIdx + 7) / 7);
  for (let merchant = 0; merchant < p.merchants; merchant++) {
    const onboardDay = p.onboardDay[merchant]!;
    if (onboardDay > dayIdx) continue;
    const at = addRow(out);
    const before = onboardDay >= 0 ? 0 : 30 + Math.floor(3000 * mixUnit(p.seed ^ 0x6167, merchant));
    const noise = 0.7 + 0.6 * mixUnit(p.seed ^ 0x6362, merchant * 64 + week);
    out.columns.merchant[at] = merchant;
    out.columns.category[at] = p.category[merchant]!;
    out.columns.country[at] = mixUnit(p.seed ^ 0x636f, merchant) < 0.01 ? -1 : p.country[merchant]!;
    out.columns.ageDays[at] = before + dayIdx - onboardDay;
    out.columns.ratePoints[at] = Math.round(2000 * p.risk[merchant]! * noise);
  }
  return out;
}

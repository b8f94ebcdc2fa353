import { dayIdxOf } from './calendar.js';

/**
 * Hand-made rows whose feature values follow from how they were chosen: amounts are powers of two, so a sum says which
 * payments are in it. Their keys have `planted` in them and occur nowhere else. Cases and expected values:
 * test-data/README.md.
 */
export interface PlantedPayment {
  readonly id: string;
  readonly user: string | null;
  readonly merchant: string;
  readonly device: string | null;
  readonly amount: number | null;
  readonly currency: string | null;
  readonly channel: string | null;
  readonly ts: string;
  /** Stored in the next day's partition. */
  readonly late: boolean;
}

export interface PlantedLabel {
  readonly id: string;
  readonly merchant: string;
  readonly amount: number;
  readonly reason: string;
  readonly fraud: boolean;
  readonly confirmedAt: string;
}

const EDGES = { user: 'planted_u1', merchant: 'planted_m1', device: 'planted_d1' };
const NULLS = { user: 'planted_u2', merchant: 'planted_m2', device: 'planted_d2', channel: 'pos' };
const TIES = { user: 'planted_u4', channel: 'app' };
const GUEST = { user: null, merchant: 'planted_m5', device: 'planted_d5' };
const PROFILE = { user: 'planted_u6', merchant: 'planted_m6', device: 'planted_d6' };
const CENTS = { user: 'planted_u9', merchant: 'planted_m9', device: 'planted_d9' };
const PAIR = { user: 'planted_k', merchant: '1planted_m', device: 'planted_d7' };
const OTHER_PAIR = { user: 'planted_k1', merchant: 'planted_m', device: 'planted_d7' };
const SHARED = { device: 'planted_d8', merchant: 'planted_m8' };

export const PLANTED_PAYMENTS: readonly PlantedPayment[] = [
  payment('planted_01', '2025-01-10T23:59:59.999Z', { ...EDGES, amount: 1, channel: 'web' }),
  payment('planted_02', '2025-01-11T00:00:00.000Z', { ...EDGES, amount: 2, channel: 'web' }),
  payment('planted_03', '2025-02-03T11:59:59.999Z', { ...EDGES, amount: 4, currency: 'EUR' }),
  payment('planted_04', '2025-02-03T12:00:00.000Z', {
    ...EDGES,
    amount: 8,
    channel: 'web',
    merchant: 'planted_m1b',
  }),
  payment('planted_05', '2025-02-09T11:59:59.999Z', {
    ...EDGES,
    amount: 16,
    channel: 'app',
    currency: 'EUR',
    merchant: 'planted_m1b',
  }),
  payment('planted_06', '2025-02-09T12:00:00.000Z', {
    ...EDGES,
    amount: 32,
    channel: null,
    currency: null,
  }),
  payment('planted_07', '2025-02-10T11:29:59.999Z', {
    ...EDGES,
    amount: 64,
    channel: 'pos',
    late: true,
  }),
  payment('planted_08', '2025-02-10T11:30:00.000Z', { ...EDGES, amount: 128, channel: 'web' }),
  payment('planted_09', '2025-02-10T12:34:56.788Z', {
    ...EDGES,
    amount: 256,
    channel: 'app',
    device: null,
  }),
  payment('planted_10', '2025-02-10T12:34:56.789Z', { ...EDGES, amount: 512, channel: 'web' }),
  payment('planted_11', '2025-02-10T12:34:56.789Z', { ...EDGES, amount: 1024, channel: 'web' }),

  payment('planted_20', '2025-02-01T00:00:00.000Z', { ...NULLS, amount: null }),
  payment('planted_21', '2025-02-01T01:00:00.000Z', { ...NULLS, amount: null, device: null }),
  payment('planted_22', '2025-02-01T02:00:00.000Z', { ...NULLS, amount: 5 }),
  payment('planted_23', '2025-02-01T03:00:00.000Z', { ...NULLS, amount: 7 }),

  payment('planted_30', '2025-03-20T10:00:00.500Z', {
    user: 'planted_u3',
    merchant: 'planted_m3',
    device: 'planted_d3',
    amount: 9,
  }),

  payment('planted_40', '2025-02-15T09:00:00.000Z', {
    ...TIES,
    merchant: 'planted_m4a',
    device: 'planted_d4a',
  }),
  payment('planted_42', '2025-02-15T10:00:00.000Z', {
    ...TIES,
    merchant: 'planted_m4c',
    device: 'planted_d4c',
  }),
  payment('planted_41', '2025-02-15T10:00:00.000Z', {
    ...TIES,
    merchant: 'planted_m4b',
    device: 'planted_d4b',
  }),
  payment('planted_43', '2025-02-15T11:00:00.000Z', {
    ...TIES,
    merchant: 'planted_m4a',
    device: 'planted_d4a',
  }),

  payment('planted_50', '2025-01-20T08:00:00.000Z', { ...GUEST, amount: 3 }),
  payment('planted_51', '2025-01-20T09:00:00.000Z', { ...GUEST, amount: 6 }),

  payment('planted_60', '2025-01-01T00:00:00.000Z', PROFILE),
  payment('planted_61', '2025-01-01T23:59:59.999Z', PROFILE),
  payment('planted_62', '2025-01-02T00:00:00.000Z', PROFILE),

  payment('planted_70', '2025-03-01T06:00:00.000Z', PAIR),
  payment('planted_71', '2025-03-01T07:00:00.000Z', OTHER_PAIR),
  payment('planted_72', '2025-03-01T08:00:00.000Z', PAIR),
  payment('planted_73', '2025-03-01T09:00:00.000Z', OTHER_PAIR),

  payment('planted_80', '2025-03-03T13:59:59.999Z', { ...SHARED, user: 'planted_u8a' }),
  payment('planted_81', '2025-03-05T00:00:00.000Z', { ...SHARED, user: 'planted_u8b' }),
  payment('planted_82', '2025-03-06T00:00:00.000Z', { ...SHARED, user: 'planted_u8c' }),
  payment('planted_83', '2025-03-10T14:30:00.000Z', { ...SHARED, user: 'planted_u8b' }),

  ...Array.from({ length: 10 }, (_, n) =>
    payment(`planted_9${n}`, `2025-02-20T10:0${n}:00.000Z`, { ...CENTS, amount: 0.1 }),
  ),
  payment('planted_99z', '2025-02-20T11:00:00.000Z', { ...CENTS, amount: 0.1 }),
];

/** Seven days before planted_30 is 2025-03-13T10:00:00.500Z; thirty days before that, on the day grid, 2025-02-11. */
export const PLANTED_LABELS: readonly PlantedLabel[] = [
  label('planted_l1', '2025-02-10T23:59:59.999Z', {
    amount: 10,
    reason: 'stolen_card',
    fraud: true,
  }),
  label('planted_l2', '2025-02-11T00:00:00.000Z', {
    amount: 20,
    reason: 'stolen_card',
    fraud: true,
  }),
  label('planted_l3', '2025-03-01T12:00:00.000Z', { amount: 40, reason: 'cleared', fraud: false }),
  label('planted_l4', '2025-03-13T10:00:00.499Z', {
    amount: 80,
    reason: 'stolen_card',
    fraud: true,
  }),
  label('planted_l5', '2025-03-13T10:00:00.500Z', { amount: 160, reason: 'friendly', fraud: true }),
  label('planted_l6', '2025-03-19T00:00:00.000Z', { amount: 320, reason: 'friendly', fraud: true }),
];

/** One select per planted payment stored in the partition of day `dayIdx`. */
export function plantedPaymentsQueries(dayIdx: number): string[] {
  const stored = PLANTED_PAYMENTS.filter(
    (p) => dayIdxOf(Date.parse(p.ts)) + (p.late ? 1 : 0) === dayIdx,
  );
  return stored.map(
    (
      p,
    ) => `SELECT ${text(p.id)} AS transaction_id, ${text(p.user)} AS user_id, ${text(p.merchant)} AS merchant_id,
        ${text(p.device)} AS device_id, ${p.amount ?? 'NULL'}::DOUBLE AS amount, ${text(p.currency)} AS currency,
        ${text(p.channel)} AS channel, ${timestamp(p.ts)} AS ts, false AS is_fraud`,
  );
}

export function plantedLabelsQueries(dayIdx: number): string[] {
  const stored = PLANTED_LABELS.filter((l) => dayIdxOf(Date.parse(l.confirmedAt)) === dayIdx);
  return stored.map(
    (
      l,
    ) => `SELECT ${text(l.id)} AS label_id, ${text(l.id)} AS transaction_id, NULL::VARCHAR AS user_id,
        ${text(l.merchant)} AS merchant_id, ${l.amount}::DOUBLE AS amount, ${text(l.reason)} AS reason,
        ${l.fraud} AS is_fraud, ${timestamp(l.confirmedAt)} AS confirmed_at`,
  );
}

/** planted_m6 sells books until the end of 2024 and games from 2025-01-01. */
export function plantedProfileQuery(dayIdx: number): string {
  const before = dayIdx < 0;
  return `SELECT 'planted_m6' AS merchant_id, '${before ? 'books' : 'games'}' AS category, 'US' AS country,
    ${101 + dayIdx}::BIGINT AS age_days, ${before ? 0.25 : 0.5}::DOUBLE AS chargeback_rate`;
}

function payment(id: string, ts: string, given: Partial<PlantedPayment>): PlantedPayment {
  const defaults = {
    user: null,
    merchant: '',
    device: null,
    amount: 1,
    currency: 'USD',
    channel: 'web',
    late: false,
  };
  return { ...defaults, ...given, id, ts };
}

function label(
  id: string,
  confirmedAt: string,
  given: Pick<PlantedLabel, 'amount' | 'reason' | 'fraud'>,
): PlantedLabel {
  return { id, merchant: 'planted_m3', confirmedAt, ...given };
}

function text(value: string | null): string {
  return value === null ? 'NULL::VARCHAR' : `'${value}'`;
}

function timestamp(iso: string): string {
  return `make_timestamp_ms(${Date.parse(iso)})`;
}

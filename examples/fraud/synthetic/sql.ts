import { midnightMs } from './calendar.js';
import { REASONS } from './labels.js';
import { CATEGORIES, CHANNELS, COUNTRIES, CURRENCIES } from './population.js';

/** From staged integers to the columns users see. Everything here keeps the staged row order. */

export function paymentsQuery(table: string, dayIdx: number, late: 0 | 1): string {
  return `SELECT ${transactionId} AS transaction_id,
    ${orNull('"user"', userId)} AS user_id, ${merchantId} AS merchant_id,
    ${orNull('device', numbered('d', 'device', 5))} AS device_id, ${dollars} AS amount,
    ${oneOf(CURRENCIES, 'currency')} AS currency, ${oneOf(CHANNELS, 'channel')} AS channel,
    ${instant(dayIdx)} AS ts, fraud = 1 AS is_fraud
    FROM ${table} WHERE late = ${late}`;
}

export function labelsQuery(table: string, dayIdx: number): string {
  return `SELECT 'l' || ${nineDigits} AS label_id, ${transactionId} AS transaction_id,
    ${orNull('"user"', userId)} AS user_id, ${merchantId} AS merchant_id, ${dollars} AS amount,
    ${oneOf(REASONS, 'reason')} AS reason, fraud = 1 AS is_fraud, ${instant(dayIdx)} AS confirmed_at
    FROM ${table}`;
}

export function scoresQuery(table: string, dayIdx: number): string {
  return `SELECT 's' || ${nineDigits} AS score_id, ${merchantId} AS merchant_id,
    ${orNull('points', 'points::DOUBLE / 10000')} AS score, 'v' || model AS model_version,
    ${instant(dayIdx)} AS scored_at FROM ${table}`;
}

export function reputationsQuery(table: string, dayIdx: number): string {
  return `SELECT 'r' || ${nineDigits} AS report_id, ${numbered('d', 'device', 5)} AS device_id,
    points::BIGINT AS reputation, vpn = 1 AS vpn, ${instant(dayIdx)} AS seen_at FROM ${table}`;
}

export function profilesQuery(table: string): string {
  return `SELECT ${merchantId} AS merchant_id, ${oneOf(CATEGORIES, 'category')} AS category,
    ${orNull('country', oneOf(COUNTRIES, 'country'))} AS country, ageDays::BIGINT AS age_days,
    ratePoints::DOUBLE / 1000000 AS chargeback_rate FROM ${table}`;
}

// `lpad` cuts what is longer, and 500,000,000 payments are not; it costs half of `printf`.
const nineDigits = `lpad(seq::VARCHAR, 9, '0')`;
const transactionId = `'t' || ${nineDigits}`;
const userId = numbered('u', '"user"', 4);
const merchantId = numbered('m', 'merchant', 4);
const dollars = orNull('cents', 'cents::DOUBLE / 100');

/** `u0042`: zero-padded to at least `digits`, never cut. */
function numbered(letter: string, column: string, digits: number): string {
  return `printf('${letter}%0${digits}d', ${column})`;
}

function orNull(column: string, value: string): string {
  return `CASE WHEN ${column} >= 0 THEN ${value} END`;
}

function oneOf(names: readonly string[], column: string): string {
  return `[${names.map((name) => `'${name}'`).join(', ')}][${column} + 1]`;
}

function instant(dayIdx: number): string {
  return `make_timestamp_ms(${midnightMs(dayIdx)} + offsetMs)`;
}

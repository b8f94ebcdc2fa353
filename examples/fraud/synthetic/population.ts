import { DAYS } from './calendar.js';
import { mix, mixUnit } from './random.js';

/** Whose payments these are. Ids are positions; what a user or merchant is like follows from the position and the seed. */
export interface Population {
  readonly seed: number;
  readonly users: number;
  readonly merchants: number;
  /** The first `RING_DEVICES` are shared by many users, the others by few. */
  readonly devices: number;
  /** Per merchant: mean of ln(amount in cents). */
  readonly logCents: Float64Array;
  /** Per merchant: how many times likelier than usual a payment is fraud. */
  readonly risk: Float64Array;
  readonly category: Uint8Array;
  readonly country: Uint8Array;
  /** Per merchant: chance that a payment is made online. */
  readonly online: Float64Array;
  /** Per merchant: day of its first profile; -1 = before the first payment. Payments may come before a profile. */
  readonly onboardDay: Int32Array;
  /** Per user: where they live, which is also the position of the currency there. */
  readonly home: Uint8Array;
  /** Three devices per user, in a row; a device is some other user's too now and then. */
  readonly userDevices: Int32Array;
  /** Four merchants per user, in a row, that the user goes back to. */
  readonly favourites: Int32Array;
}

export const RING_DEVICES = 20;
export const CATEGORIES = [
  'groceries',
  'fuel',
  'restaurants',
  'fashion',
  'electronics',
  'travel',
  'games',
  'books',
  'pharmacy',
  'jewellery',
] as const;
export const COUNTRIES = ['US', 'DE', 'GB', 'JP', 'BR'] as const;
export const CURRENCIES = ['USD', 'EUR', 'GBP', 'JPY', 'BRL'] as const;
export const CHANNELS = ['pos', 'web', 'app', 'moto'] as const;

/** Typical amount of a category, in dollars, and how risky it is. */
const TYPICAL = [38, 45, 31, 70, 190, 420, 24, 18, 22, 510];
const RISK = [0.3, 0.5, 0.5, 1, 2.5, 2, 3, 0.4, 0.4, 4];
const ONLINE = [0.15, 0.02, 0.2, 0.6, 0.7, 0.85, 0.98, 0.75, 0.3, 0.4];

export function population(scale: number, seed: number): Population {
  const users = Math.max(200, Math.round(50_000 * scale));
  const merchants = Math.max(60, Math.round(5_000 * scale));
  const devices = RING_DEVICES + Math.round(users * 1.2);
  const logCents = new Float64Array(merchants);
  const risk = new Float64Array(merchants);
  const category = new Uint8Array(merchants);
  const country = new Uint8Array(merchants);
  const online = new Float64Array(merchants);
  const onboardDay = new Int32Array(merchants);
  for (let m = 0; m < merchants; m++) {
    const key = mix(seed ^ 0x6d65, m);
    const kind = key % CATEGORIES.length;
    category[m] = kind;
    country[m] = countryOf(mixUnit(key, 1));
    logCents[m] = Math.log(TYPICAL[kind]! * 100) + (mixUnit(key, 2) - 0.5);
    risk[m] = RISK[kind]! * (mixUnit(key, 3) < 0.04 ? 8 : 0.4 + mixUnit(key, 4));
    online[m] = ONLINE[kind]!;
    onboardDay[m] = mixUnit(key, 5) < 0.9 ? -1 : Math.floor(mixUnit(key, 6) * DAYS);
  }
  const home = new Uint8Array(users);
  for (let u = 0; u < users; u++) home[u] = countryOf(mixUnit(mix(seed ^ 0x7573, u), 1));
  const userDevices = new Int32Array(users * 3);
  for (let i = 0; i < userDevices.length; i++) {
    userDevices[i] = RING_DEVICES + (mix(seed ^ 0x6465, i) % (devices - RING_DEVICES));
  }
  const favourites = new Int32Array(users * 4);
  for (let i = 0; i < favourites.length; i++) favourites[i] = mix(seed ^ 0x6661, i) % merchants;
  return {
    seed,
    users,
    merchants,
    devices,
    logCents,
    risk,
    category,
    country,
    online,
    onboardDay,
    home,
    userDevices,
    favourites,
  };
}

function countryOf(unit: number): number {
  if (unit < 0.72) return 0;
  if (unit < 0.86) return 1;
  if (unit < 0.94) return 2;
  return unit < 0.98 ? 3 : 4;
}

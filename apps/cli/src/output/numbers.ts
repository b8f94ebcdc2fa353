/** `2,000,000` from a count or from the digits of one that a double cannot hold. */
export function formatCount(value: number | bigint | string): string {
  const [whole = '', fraction] = String(value).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

/** `1 row`, `2 rows`. */
export function formatAmount(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

const BYTE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** `61 MB`, `1.2 GB`; a kB is 1,000 bytes. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unitIdx = 0;
  while (value >= 999.5 && unitIdx < BYTE_UNITS.length - 1) {
    value /= 1000;
    unitIdx += 1;
  }
  const digits = unitIdx > 0 && value < 9.95 ? 1 : 0;
  return `${formatCount(value.toFixed(digits))} ${BYTE_UNITS[unitIdx]}`;
}

/** `0.2 s`, `75.0 s`, `2 min 05 s`. */
export function formatElapsed(elapsedMs: number): string {
  const seconds = elapsedMs / 1000;
  if (seconds < 119.95) return `${seconds.toFixed(1)} s`;
  const rounded = Math.round(seconds);
  return `${formatCount(Math.floor(rounded / 60))} min ${String(rounded % 60).padStart(2, '0')} s`;
}

/** `2 min`, `5 h`, `12 d`: whole ones, down. */
export function formatAge(ageMs: number): string {
  const minutes = Math.floor(Math.max(0, ageMs) / 60_000);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h` : `${formatCount(Math.floor(hours / 24))} d`;
}

/** Whole seconds and minutes of what is not known better: `1 s`, `12 s`, `3 min`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

/** `850`, `87 k`, `2.1 M`, `1.4 G`. */
export function formatAbout(count: number): string {
  if (count < 9_950) return formatCount(Math.round(count));
  if (count < 999_500) return `${Math.round(count / 1e3)} k`;
  const [value, unit] = count < 999.5e6 ? [count / 1e6, 'M'] : [count / 1e9, 'G'];
  return `${formatCount(value.toFixed(value < 9.95 ? 1 : 0))} ${unit}`;
}

/** `11.2 M rows/s`; empty while there is nothing to divide by. */
export function formatRate(rows: number, elapsedMs: number): string {
  if (rows <= 0 || elapsedMs <= 0) return '';
  const perSecond = rows / (elapsedMs / 1000);
  if (perSecond >= 999_500) return `${formatCount((perSecond / 1e6).toFixed(1))} M rows/s`;
  if (perSecond >= 999.5) return `${(perSecond / 1000).toFixed(0)} k rows/s`;
  return `${perSecond.toFixed(0)} rows/s`;
}

/** `3.1 %`; what is not quite none or all never reads as none or all. */
export function formatShare(part: number, whole: number): string {
  if (whole === 0) return '–';
  const percent = (100 * part) / whole;
  if (part === 0 || part === whole) return `${percent.toFixed(0)} %`;
  if (percent < 0.05) return '<0.1 %';
  if (percent >= 99.95) return '>99.9 %';
  return `${percent.toFixed(1)} %`;
}

/** A double to be looked at, not computed with: `18,930.11`, `0.0312`, `1.5e-7`. */
export function formatDouble(printed: string): string {
  const value = Number(printed);
  if (printed.trim() === '' || Number.isNaN(value)) return printed;
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size >= 1e15 || size < 1e-4) return trimExponent(value.toExponential(3));
  if (size >= 0.995) return formatCount(value.toFixed(2));
  return String(Number(value.toPrecision(3)));
}

function trimExponent(text: string): string {
  return text.replace(/\.?0*e\+?/, 'e');
}

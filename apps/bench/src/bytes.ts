const UNITS = { B: 1, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 } as const;
type Unit = keyof typeof UNITS;

/** `512MB`, `1.5 GB`, `2000000`: decimal units, as in DuckDB. Null if it is not a size above 0. */
export function parseBytes(text: string): number | null {
  const found = /^(\d+(?:\.\d+)?) *([kmgt]?b)?$/i.exec(text.trim());
  if (found === null) return null;
  const unit = (found[2] ?? 'B').toUpperCase() as Unit; // the pattern allows these alone
  const bytes = Math.round(Number(found[1]) * UNITS[unit]);
  return bytes > 0 ? bytes : null;
}

/** `1.3 GB`, `512 MB`: at most three figures, but never fewer than there are before the point. */
export function formatBytes(bytes: number): string {
  const unit: Unit = bytes >= 1e9 ? 'GB' : bytes >= 1e6 ? 'MB' : bytes >= 1e3 ? 'KB' : 'B';
  const value = bytes / UNITS[unit];
  return `${value >= 100 ? Math.round(value) : Number(value.toPrecision(3))} ${unit}`;
}

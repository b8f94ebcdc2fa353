const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'] as const;

/** `512MB`, `1.5 GB`, `2000000`: multiples of 1,024, as for `--memory` of the command. Null if it is not a size above 0. */
export function parseBytes(text: string): number | null {
  const found = /^(\d+(?:\.\d+)?) *(?:([kmgt]?)i?b?)$/i.exec(text.trim());
  if (found === null) return null;
  const power = UNITS.findIndex((unit) => unit === `${(found[2] ?? '').toUpperCase()}B`);
  const bytes = Math.floor(Number(found[1]) * 1024 ** power);
  return bytes > 0 ? bytes : null;
}

/** `1.3 GB`, `512 MB`: three figures, more only before the point. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let power = 0;
  while (value >= 1000 && power < UNITS.length - 1) {
    value /= 1024;
    power += 1;
  }
  return `${value >= 100 ? Math.round(value) : Number(value.toPrecision(3))} ${UNITS[power]}`;
}

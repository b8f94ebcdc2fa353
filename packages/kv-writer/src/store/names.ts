import { TesseraError } from '@tessera/api';

/**
 * A unit's name as it stands in paths and keys: letters, digits, `_`, `-` and inner dots as they are, all else as %XX.
 * `nameOf` undoes it.
 */
export function pathOf(unit: string): string {
  const coded = encodeURIComponent(unit).replaceAll(
    /[!'()*~]|^\.|\.$/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  if (coded === '') throw new TesseraError('INTERNAL', { reason: 'a unit without a name' });
  return coded;
}

/** Null for what `pathOf` never made. */
export function nameOf(path: string): string | null {
  try {
    const unit = decodeURIComponent(path);
    return unit !== '' && pathOf(unit) === path ? unit : null;
  } catch {
    return null;
  }
}

const VERSION = /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/;

/** Whether a version may be called so: it stands in paths and keys as it is. */
export function isVersionName(version: string): boolean {
  return VERSION.test(version);
}

/** Throws INTERNAL. */
export function checkVersionName(version: string): void {
  if (isVersionName(version)) return;
  throw new TesseraError('INTERNAL', {
    reason: `no version is called ${JSON.stringify(version)}`,
  });
}

import { TesseraError } from '@tessera/api';

/** Secrets are not told. */
export function badStore(url: string, reason: string): TesseraError {
  const store = url.replace(/\/\/[^@/]*@/, '//…@');
  return new TesseraError('BAD_STORE', { store: JSON.stringify(store), reason });
}

/** Places of a list that threads work through together: each is done by whoever claims it first. */
export type Claims = SharedArrayBuffer;

export function createClaims(places: number): Claims {
  return new SharedArrayBuffer(places * Int32Array.BYTES_PER_ELEMENT);
}

/** Whether a place is the caller's now: true once. */
export function claim(claims: Claims, place: number): boolean {
  return Atomics.exchange(new Int32Array(claims), place, 1) === 0;
}

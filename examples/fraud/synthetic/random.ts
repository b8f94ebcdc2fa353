/** A stream of numbers that depends on its seeds alone, on every machine. */
export interface Random {
  /** Uniform in [0, 1), 32 bits. */
  next(): number;
  /** Uniform integer in [0, n). */
  below(n: number): number;
  /** Standard normal. */
  normal(): number;
  /** Exponential with the given mean. */
  exponential(mean: number): number;
}

/** Well-mixed 32 bits of two integers: attributes that need no stream (the home country of user 17). */
export function mix(a: number, b: number): number {
  let h = Math.imul(a ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(b + 0x165667b1, 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 16), 0x21f0aaad);
  h = Math.imul(h ^ (h >>> 15), 0x735a2d97);
  return (h ^ (h >>> 15)) >>> 0;
}

/** `mix` as a number in [0, 1). */
export function mixUnit(a: number, b: number): number {
  return mix(a, b) / 0x1_0000_0000;
}

/**
 * xoshiro128**, one independent stream per (seed, stream): each day and table has its own, so no table's rows depend on
 * how many numbers another one drew.
 *
 * Source   Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2018; seeded through `mix`.
 */
export function random(seed: number, stream: number): Random {
  const base = mix(seed, stream);
  let s0 = mix(base, 1);
  let s1 = mix(base, 2);
  let s2 = mix(base, 3);
  let s3 = mix(base, 4) | 1;

  function next(): number {
    const x = Math.imul(s1, 5);
    const result = Math.imul((x << 7) | (x >>> 25), 9) >>> 0;
    const t = s1 << 9;
    s2 ^= s0;
    s3 ^= s1;
    s1 ^= s2;
    s0 ^= s3;
    s2 ^= t;
    s3 = (s3 << 11) | (s3 >>> 21);
    return result / 0x1_0000_0000;
  }

  // Polar method: its square root is exact everywhere, and only one transcendental function is left.
  function normal(): number {
    for (;;) {
      const u = 2 * next() - 1;
      const v = 2 * next() - 1;
      const s = u * u + v * v;
      if (s > 0 && s < 1) return u * Math.sqrt((-2 * Math.log(s)) / s);
    }
  }

  return {
    next,
    normal,
    below: (n) => Math.floor(next() * n),
    exponential: (mean) => -mean * Math.log(1 - next()),
  };
}

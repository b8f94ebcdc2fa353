// Rows of a batch go to the ends of their buckets. A bucket is a chain of pages; a page has a header and then its rows, lane
// by lane. A place is page × rows of a page + row; pages are numbered from 1, place 0 is where rows go that nobody wants.

/** Bytes before the rows of a page: the page behind it in its bucket, 0 = none. */
const HEADER_BYTES: usize = 64;

/** As `bucketOfCode`. */
function mixed(code: u32): u32 {
  let h: u32 = (code ^ (code >>> 16)) * 0x85ebca6b;
  h = (h ^ (h >>> 13)) * 0xc2b2ae35;
  return h ^ (h >>> 16);
}

/**
 * Places of a batch's rows.
 *
 * @param codes          i32 a row, negative = none
 * @param codesPerBucket bucket b holds the codes from b × so many on; 0 = codes are mixed
 * @param dropsUnknown   rows of no code go to place 0 instead of bucket 0
 * @param ends           i32 a bucket: the place behind its last row, 0 = it is empty
 * @param firsts         i32 a bucket: its first page
 * @param counts         i32 a bucket: its rows
 * @param places         u32 a row, written
 * @param free           first page that nobody has
 *
 * Returns  what is then the first free page
 */
export function placeRows(
  codes: usize,
  rows: u32,
  buckets: u32,
  codesPerBucket: u32,
  dropsUnknown: bool,
  ends: usize,
  firsts: usize,
  counts: usize,
  places: usize,
  pages: usize,
  pageBytes: u32,
  pageShift: u32,
  free: u32,
): u32 {
  const pageMask: u32 = (1 << pageShift) - 1;
  for (let i: u32 = 0; i < rows; i++) {
    const code = load<i32>(codes + ((<usize>i) << 2));
    let bucket: u32 = 0;
    if (code >= 0) {
      bucket = codesPerBucket === 0 ? mixed(code) % buckets : <u32>code / codesPerBucket;
    } else if (dropsUnknown) {
      store<u32>(places + ((<usize>i) << 2), 0);
      continue;
    }
    const at = (<usize>bucket) << 2;
    let place = load<u32>(ends + at);
    if ((place & pageMask) === 0) {
      if (place === 0) store<u32>(firsts + at, free);
      else store<u32>(pages + <usize>((place >>> pageShift) - 1) * pageBytes, free);
      store<u32>(pages + <usize>free * pageBytes, 0);
      place = free << pageShift;
      free++;
    }
    store<u32>(places + ((<usize>i) << 2), place);
    store<u32>(ends + at, place + 1);
    store<u32>(counts + at, load<u32>(counts + at) + 1);
  }
  return free;
}

// Each takes the rows of one column to their places: `lane` is where that column's rows begin in a page.

export function scatter32(
  from: usize,
  places: usize,
  rows: u32,
  pages: usize,
  lane: u32,
  pageBytes: u32,
  pageShift: u32,
): void {
  const pageMask: u32 = (1 << pageShift) - 1;
  const base = pages + HEADER_BYTES + lane;
  for (let i: u32 = 0; i < rows; i++) {
    const place = load<u32>(places + ((<usize>i) << 2));
    const to = base + <usize>(place >>> pageShift) * pageBytes + ((<usize>(place & pageMask)) << 2);
    store<u32>(to, load<u32>(from + ((<usize>i) << 2)));
  }
}

export function scatter64(
  from: usize,
  places: usize,
  rows: u32,
  pages: usize,
  lane: u32,
  pageBytes: u32,
  pageShift: u32,
): void {
  const pageMask: u32 = (1 << pageShift) - 1;
  const base = pages + HEADER_BYTES + lane;
  for (let i: u32 = 0; i < rows; i++) {
    const place = load<u32>(places + ((<usize>i) << 2));
    const to = base + <usize>(place >>> pageShift) * pageBytes + ((<usize>(place & pageMask)) << 3);
    store<u64>(to, load<u64>(from + ((<usize>i) << 3)));
  }
}

export function scatter128(
  from: usize,
  places: usize,
  rows: u32,
  pages: usize,
  lane: u32,
  pageBytes: u32,
  pageShift: u32,
): void {
  const pageMask: u32 = (1 << pageShift) - 1;
  const base = pages + HEADER_BYTES + lane;
  for (let i: u32 = 0; i < rows; i++) {
    const place = load<u32>(places + ((<usize>i) << 2));
    const to = base + <usize>(place >>> pageShift) * pageBytes + ((<usize>(place & pageMask)) << 4);
    const at = from + ((<usize>i) << 4);
    store<u64>(to, load<u64>(at));
    store<u64>(to, load<u64>(at, 8), 8);
  }
}

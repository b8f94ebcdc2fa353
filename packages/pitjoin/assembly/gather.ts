/** Values of items, in the order of the items. */
export function gatherDoubles(from: usize, items: usize, count: u32, out: usize): void {
  for (let i: u32 = 0; i < count; i++) {
    const item = load<u32>(items + ((<usize>i) << 2));
    store<f64>(out + ((<usize>i) << 3), load<f64>(from + ((<usize>item) << 3)));
  }
}

/** What a test file has to undo when its tests have run: processes are shared, so it must not be left to their end. */
const undone: (() => unknown)[] = [];

/** Run this after the last test of the file. The last one asked for is the first one run. */
export function atEndOfFile(undo: () => unknown): void {
  undone.push(undo);
}

/** For the setup file alone. */
export async function endFile(): Promise<void> {
  for (const undo of undone.splice(0).reverse()) await undo();
}

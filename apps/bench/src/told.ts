/** Figures that a process measures inside itself, by name; times in milliseconds. */
export type Told = Readonly<Record<string, number>>;

const MARK = 'told ';

/** For whoever started this process. */
export function printTold(told: Told): void {
  console.log(MARK + JSON.stringify(told));
}

/** Reads what `printTold` printed; null if there is none. */
export function readTold(output: string): Told | null {
  const line = output.split('\n').find((one) => one.startsWith(MARK));
  return line === undefined ? null : (JSON.parse(line.slice(MARK.length)) as Told);
}

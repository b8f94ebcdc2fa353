/** a / b; a small negative that is rounded to nothing gives 0, because -0 is no value of ours (S4.4). */
export function quotient(a: number, b: number): number {
  return a / b + 0;
}

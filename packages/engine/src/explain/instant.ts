/** `2025-03-01T10:00:00.000Z`: always with milliseconds, so that instants line up. */
export function instantText(ms: number): string {
  return new Date(ms).toISOString();
}

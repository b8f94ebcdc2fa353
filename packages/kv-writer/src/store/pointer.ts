/** Which versions of a unit are read, as JSON in one place, so that it changes in one step. */
export interface Pointer {
  readonly current: string | null;
  readonly previous: string | null;
}

export const NO_POINTER: Pointer = { current: null, previous: null };

/** The pointer once `version` is current. */
export function activated(pointer: Pointer, version: string): Pointer {
  return pointer.current === version ? pointer : { current: version, previous: pointer.current };
}

export function formatPointer({ current, previous }: Pointer): string {
  return JSON.stringify({ format: 1, current, previous });
}

/** Null for a text that is none. */
export function parsePointer(text: string): Pointer | null {
  try {
    const { format, current, previous } = JSON.parse(text) as Record<string, unknown>;
    if (format === 1 && isNameOrNull(current) && isNameOrNull(previous)) {
      return { current, previous };
    }
  } catch {
    // Cut short, or somebody else's.
  }
  return null;
}

function isNameOrNull(value: unknown): value is string | null {
  return value === null || typeof value === 'string';
}

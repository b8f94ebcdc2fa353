/** Whether the runtime lets text become code (`node --disallow-code-generation-from-strings` does not). */
export function canGenerateCode(): boolean {
  try {
    return new Function('return true')() === true;
  } catch {
    return false;
  }
}

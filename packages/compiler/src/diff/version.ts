import type { ChangeClass } from './change-class.js';

function numbers(version: string): readonly [number, number, number] {
  const [major = 1, minor = 0, patch = 0] = version.split('.').map(Number);
  return [major, minor, patch];
}

/** The semantic version that a change of this class asks for. */
export function nextVersion(version: string, change: ChangeClass): string {
  const [major, minor, patch] = numbers(version);
  if (change === 'breaking') return `${major + 1}.0.0`;
  if (change === 'none') return `${major}.${minor}.${patch + 1}`;
  return `${major}.${minor + 1}.0`;
}

export function isMajorRaised(from: string, to: string): boolean {
  return numbers(to)[0] > numbers(from)[0];
}

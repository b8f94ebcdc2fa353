import type { Arena } from '@tessera/columnar';

/** Leaves about so many bytes. */
export function fillBut(arena: Arena, bytes: number): void {
  const hasRoom = (more: number) => arena.scoped(() => arena.integers((bytes + more) / 4) !== null);
  while (hasRoom(64)) arena.integers(hasRoom(65_536) ? 16_384 : 1);
}

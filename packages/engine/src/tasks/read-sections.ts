import { type Batch, collectBatches, gatherBatch } from '@tessera/columnar';
import type { Exchange, Scratch } from '../exchange.js';
import type { Section } from './task.js';

/** Which rows of a block are wanted, in order; null = all of them. */
export type Choose = (batch: Batch) => Int32Array | null;

/** Walk blocks one at a time. A batch is only good until the next one: its memory is used again. */
export function* eachBatch(exchange: Exchange, sections: readonly Section[]): Generator<Batch> {
  const scratch: Scratch = { bytes: new Uint8Array(0) };
  for (const section of sections) yield exchange.read(section, scratch);
}

/**
 * Blocks as one batch.
 *
 * @param rows at most this many are chosen
 */
export function readSections(
  exchange: Exchange,
  sections: readonly Section[],
  rows: number = sections.reduce((n, section) => n + section.rows, 0),
  choose: Choose | null = null,
): Batch {
  const [only] = sections;
  if (sections.length === 1 && only && choose === null) return exchange.read(only);
  const collector = collectBatches(rows);
  for (const batch of eachBatch(exchange, sections)) {
    const wanted = choose?.(batch) ?? null;
    collector.add(wanted === null ? batch : gatherBatch(batch, wanted));
  }
  return collector.finish();
}

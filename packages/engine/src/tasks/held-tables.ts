import type { Exchange } from '../exchange.js';

/**
 * What a worker makes of tables of an exchange, each once: they never change. Another run's may have the same path, so
 * what is held is held by exchange.
 *
 * Returns  what `read` gives, or gave before; should it fail, it is tried again
 */
export function heldTables<T>(): (
  exchange: Exchange,
  path: string,
  read: () => Promise<T>,
) => Promise<T> {
  const held = new WeakMap<Exchange, Map<string, Promise<T>>>();
  return (exchange, path, read) => {
    const ofRun = held.get(exchange) ?? new Map<string, Promise<T>>();
    held.set(exchange, ofRun);
    const known = ofRun.get(path) ?? read();
    ofRun.set(path, known);
    known.catch(() => ofRun.delete(path));
    return known;
  };
}

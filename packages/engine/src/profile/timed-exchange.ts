import type { Exchange } from '../exchange.js';
import { during, type PhaseClock } from './phase-clock.js';

/** An exchange whose reading and writing is told to a clock. */
export function timedExchange(exchange: Exchange, clock: PhaseClock): Exchange {
  const timed = { clock };
  return {
    ...exchange,
    write(name, batches) {
      const sections = during(timed, 'write', () => exchange.write(name, batches));
      clock.moved({ written: sections.reduce((bytes, { length }) => bytes + length, 0) });
      return sections;
    },
    read(section, scratch) {
      clock.moved({ read: section.length });
      return during(timed, 'read', () => exchange.read(section, scratch));
    },
  };
}

import { join, part } from '@tessera/api';
import { departures } from '../sources.js';
import { carrierArrivals, routeArrivals, tailArrivals } from './arrivals.js';
import { carrierCancellations, originCancellations } from './cancellations.js';
import { carrierDepartures, originDepartures, tailDepartures } from './departures.js';

/** What was known about carrier, aircraft, airport and route the moment before a flight left. */
export const delayHistory = join({
  name: 'delay_history',
  description: 'Will this flight arrive late?',
  left: departures,
  parts: [
    part(carrierDepartures),
    part(tailDepartures),
    part(originDepartures),
    part(carrierArrivals),
    part(tailArrivals),
    part(routeArrivals),
    part(carrierCancellations),
    part(originCancellations),
  ],
});

import { events } from '@tessera/api';

/**
 * Every scheduled flight, also the training rows. A flight that never left has no time: its row is kept, its features are
 * null. `arr_delay` and `cancelled` are what a model would predict, so no feature reads them here.
 */
export const departures = events({
  name: 'flights.departures',
  path: 'departures.parquet',
  columns: {
    flight_id: 'int64!',
    scheduled_on: 'date',
    departed_at: 'timestamp',
    carrier: 'string',
    flight_num: 'int32',
    tail_num: 'string',
    origin: 'string',
    dest: 'string',
    distance: 'int32',
    dep_delay: 'int32',
    arr_delay: 'int32',
    cancelled: 'boolean',
  },
  time: 'departed_at',
  tieBreaker: 'flight_id',
});

/** How late a flight arrives is known once it has landed, and not when it leaves. */
export const arrivals = events({
  name: 'flights.arrivals',
  path: 'arrivals.parquet',
  columns: {
    flight_id: 'int64!',
    landed_at: 'timestamp',
    carrier: 'string',
    tail_num: 'string',
    origin: 'string',
    dest: 'string',
    arr_delay: 'int32',
    dep_delay: 'int32',
    elapsed: 'int32',
  },
  time: 'landed_at',
  tieBreaker: 'flight_id',
});

/** `code`: A carrier, B weather, C national air system, D security. */
export const cancellations = events({
  name: 'flights.cancellations',
  path: 'cancellations.parquet',
  columns: {
    flight_id: 'int64!',
    known_at: 'timestamp',
    carrier: 'string',
    tail_num: 'string',
    origin: 'string',
    dest: 'string',
    code: 'string',
  },
  time: 'known_at',
  tieBreaker: 'flight_id',
});

/**
 * What was known when, made from one row per flight. All times are Houston wall time, read as if it were UTC.
 *
 *   departures     every flight in the order of the file; `departed_at` is null for the 2,905 that never left the gate
 *   arrivals       the 223,874 flights that landed as planned, at the minute they reached their gate
 *   cancellations  the 2,973 cancelled flights, at the midnight that ends their scheduled day: the data does not say when
 *                  a flight was cancelled, and by then it was
 *
 * `flight_id` is the row's number in the file, from 1.
 */
export function departuresQuery(file: string): string {
  return `SELECT flight_id, date AS scheduled_on, departed_at, carrier, flight_num, tail_num, origin, dest, distance,
    dep_delay, arr_delay, cancelled FROM (${flights(file)}) ORDER BY flight_id`;
}

export function arrivalsQuery(file: string): string {
  return `SELECT flight_id, departed_at + to_minutes(elapsed) AS landed_at, carrier, tail_num, origin, dest,
    arr_delay, dep_delay, elapsed
    FROM (${flights(file)}) WHERE elapsed IS NOT NULL ORDER BY flight_id`;
}

export function cancellationsQuery(file: string): string {
  return `SELECT flight_id, (date + 1)::TIMESTAMP AS known_at, carrier, tail_num, origin, dest, code
    FROM (${flights(file)}) WHERE cancelled ORDER BY flight_id`;
}

/**
 * `dep_ts_local` puts the time of departure on the *scheduled* day. A flight that was due before midnight and left after
 * it is then a day too early, and its delay would be known before it happened; 145 flights are moved to the next day.
 * They are those whose delay is longer than their day was old when they left.
 */
function flights(file: string): string {
  return `SELECT file_row_number + 1 AS flight_id, date,
    dep_ts_local + to_days(CASE WHEN DepDelay > DepTime // 100 * 60 + DepTime % 100 THEN 1 ELSE 0 END) AS departed_at,
    UniqueCarrier AS carrier, FlightNum::INTEGER AS flight_num, TailNum AS tail_num, Origin AS origin, Dest AS dest,
    Distance::INTEGER AS distance, DepDelay::INTEGER AS dep_delay, ArrDelay::INTEGER AS arr_delay,
    ActualElapsedTime::INTEGER AS elapsed, Cancelled = 1 AS cancelled, CancellationCode AS code
    FROM read_parquet('${file.replaceAll("'", "''")}', file_row_number = true)`;
}

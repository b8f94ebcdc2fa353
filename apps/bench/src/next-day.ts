import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { duckdbRangeJoin, duckdbScan, duckdbWindows, type SidesOf } from './baselines/duckdb.js';
import { readTable } from './baselines/duckdb-sql.js';
import { standardCase } from './cases/standard.js';
import type { Baseline, Contender, Setting } from './contender.js';
import { type DataSpec, dayText } from './data.js';
import { measure } from './measure.js';
import { tessera } from './ours.js';

/** Days that the longest window of a day's left rows reaches, that day included. */
const REACH_DAYS = 31;

export const lastDay = ({ days }: DataSpec) => dayText(days - 1);

/** One who filters by the day of the folders, as one would: left rows of a day, and events that its windows can hold. */
const ofLastDay: SidesOf = ({ dir, spec: { days } }) => {
  const first = Math.max(0, days - REACH_DAYS);
  const reached = Array.from({ length: days - first }, (_, i) => dayText(first + i));
  return {
    left: readTable(dir, 'left', [dayText(days - 1)]),
    events: readTable(dir, 'events', reached),
  };
};

const DAY_SECONDS = 86_400;

const before = tessera('tessera_before', {
  memoryBytes: null,
  range: ({ days }) => [dayText(0), dayText(days - 2)],
});

/** Publish all days but the last once, and give every run a copy of it. */
async function publishBefore(setting: Setting, place: string): Promise<void> {
  const made = before.place(setting);
  if (!existsSync(made)) {
    const ended = await measure(before.command(setting, made), {
      work: setting.work,
      stopAfterSeconds: DAY_SECONDS,
    });
    if ('stoppedAfterSeconds' in ended) throw new Error('days before the last one: stopped');
  }
  cpSync(made, place, { recursive: true });
}

/** The last day is published where all days before it are. */
export const tesseraNextDay: Contender = {
  ...tessera('tessera', {
    memoryBytes: null,
    range: (spec) => [lastDay(spec), lastDay(spec)],
  }),
  title: 'Tessera, the next day',
  setUp: publishBefore,
};

/** All days from nothing. */
export const tesseraAllDays: Contender = {
  ...tessera('tessera_all_days', { memoryBytes: null }),
  title: 'Tessera, all days',
  place: ({ work, of }) => join(work, 'all-days', of.name),
};

export const nextDayBaselines: readonly Baseline[] = [
  duckdbRangeJoin(standardCase, ofLastDay),
  duckdbWindows(standardCase, ofLastDay),
  duckdbScan(standardCase, ofLastDay),
];

import { formatBytes } from '../bytes.js';
import { seconds, sizesOf } from './charts.js';
import type { Recorded } from './recorded.js';
import { titleOf } from './titles.js';

/** A line of the table: what a benchmark was measured against, and what came out. */
export interface Finding {
  readonly against: string;
  readonly measured: string;
}

const times = (value: number) => `${value.toFixed(value < 10 ? 2 : 1)}×`;

/** Everything of a benchmark that is worth a line. */
export function findingsOf(one: Recorded): Finding[] {
  switch (one.name) {
    case 'scale':
      return scaleFindings(one);
    case 'startup':
      return startupFindings(one);
    case 'noop':
      return noopFindings(one);
    case 'ladder':
      return ladderFindings(one);
    case 'plan':
      return planFindings(one);
    default:
      return one.number('tessera_s') === null ? [] : contestFindings(one);
  }
}

function contestFindings(one: Recorded): Finding[] {
  const ours = one.number('tessera_s')!;
  return [
    ...['polars', 'duckdb'].flatMap((family) => rival(one, family)),
    ...some(one.number('times_of_scan'), (value) => ({
      against: 'a bare scan of the columns used',
      measured: `${times(value)} its time`,
    })),
    ...some(one.number('ratio_tessera_one_worker'), (value) => ({
      against: 'itself with one worker',
      measured: `${times(value)} as fast with ${one.number('workers')}`,
    })),
    ...some(one.number('ratio_tessera_all_days'), (value) => ({
      against: 'all days from nothing',
      measured: `${times(value)} as fast`,
    })),
    ...one.fields.flatMap((field) => {
      const found = /^ratio_(tessera_\d+[a-z]+)$/.exec(field)?.[1];
      if (found === undefined) return [];
      return some(one.number(field), (value) => ({
        against: titleOf(found),
        measured: `takes ${times(value)} the time of its default memory; peak ${formatBytes(one.number(`${found}_peak_bytes`) ?? 0)}`,
      }));
    }),
    ...some(one.number('tessera_kernel_kernel_ms'), (ms) => ({
      against: 'the sweep alone, in one thread of a warm process',
      measured: `${ms.toFixed(1)} ms (${(one.number('tessera_kernel_kernel_first_ms') ?? 0).toFixed(0)} ms the first time); AVERAGE over 1h, 1d, 30d with tails on a grid ${(one.number('tessera_kernel_kernel_average_ms') ?? 0).toFixed(1)} ms`,
    })),
    {
      against: 'time, rows, memory',
      measured: `${seconds(ours)}, ${whole(one.number('tessera_left_rows_per_s'))} left rows and ${whole(one.number('tessera_events_per_s'))} events a second, peak ${formatBytes(one.number('tessera_peak_bytes') ?? 0)}`,
    },
  ];
}

function rival(one: Recorded, family: string): Finding[] {
  const name = one.text(`ratio_${family}_of`);
  if (name === null) return [];
  const ratio = one.number(`ratio_${family}`);
  const least = one.number(`ratio_${family}_at_least`);
  const against = `${titleOf(name)}${formsOf(one, family) > 1 ? ', the best of its forms' : ''}`;
  if (ratio !== null) {
    const theirs = one.number(`${name}_s`) ?? 0;
    const ours = one.number('tessera_s') ?? 0;
    return [{ against, measured: `**${times(ratio)}** (${seconds(theirs)} to ${seconds(ours)})` }];
  }
  return least === null ? [] : [{ against, measured: `**> ${times(least)}**, stopped` }];
}

const formsOf = ({ fields }: Recorded, family: string) =>
  fields.filter((field) => field.startsWith(`ratio_${family}_`) && !/_of$|_at_least$/.test(field))
    .length;

function scaleFindings(one: Recorded): Finding[] {
  const budget = one.number('budget_bytes') ?? 0;
  return [
    ...some(one.number('per_event_200m_of_10m'), (value) => ({
      against: 'time an event, 200 M to 10 M',
      measured: times(value),
    })),
    ...some(one.number('most_peak_of_budget'), (value) => ({
      against: `a budget of ${formatBytes(budget)}`,
      measured: `peak at most ${times(value)} of it`,
    })),
    ...sizesOf(one).map((size) => ({
      against: `${whole(one.number(`${size}_events`))} events`,
      measured: `${seconds(one.number(`${size}_s`) ?? 0)}, ${one.number(`${size}_ns_per_event`)?.toFixed(0)} ns an event, peak ${formatBytes(one.number(`${size}_peak_bytes`) ?? 0)}`,
    })),
  ];
}

function startupFindings(one: Recorded): Finding[] {
  return ['version', 'help'].flatMap((name) =>
    some(one.number(`${name}_of_node`), (value) => ({
      against: `\`node -e 0\` (${one.number('node_ms')?.toFixed(0)} ms)`,
      measured: `\`tessera --${name}\` takes ${times(value)} (${one.number(`${name}_ms`)?.toFixed(0)} ms)`,
    })),
  );
}

function noopFindings(one: Recorded): Finding[] {
  const all = one.number('whole_s');
  return some(one.number('tessera_s'), (value) => ({
    against: `nothing to do: ${whole(one.number('partitions'))} partitions of ${one.number('group_bys')} groupBys, ${whole(one.number('input_files'))} files`,
    measured: `${value.toFixed(2)} s the whole process${all === null ? '' : `, ${all.toFixed(2)} s where everything is looked at`}`,
  }));
}

function planFindings(one: Recorded): Finding[] {
  const of = `${one.number('joins')} joins of ${one.number('parts')} groupBys over ${one.number('days')} days`;
  return [
    ...some(one.number('new_ms'), (ms) => ({
      against: `${of}, nothing built`,
      measured: `${ms.toFixed(0)} ms to plan all`,
    })),
    ...some(one.number('built_ms'), (ms) => ({
      against: `${of}, all built`,
      measured: `${ms.toFixed(0)} ms to plan all`,
    })),
  ];
}

function ladderFindings(one: Recorded): Finding[] {
  const step = (field: string, against: string) =>
    some(one.number(field), (value) => ({ against, measured: times(value) }));
  return [
    ...step('gain_pruning', 'a quarter from every row of the lake: pruned'),
    ...step('gain_tiles', 'the quarter pruned: with tiles'),
    ...step('gain_next_day', 'the quarter: the next day alone, with tiles'),
    ...step('gain_combined', 'the quarter from every row: the next day alone'),
  ];
}

const whole = (value: number | null) => (value ?? 0).toLocaleString('en');

function some<V>(value: V | null, make: (value: V) => Finding): Finding[] {
  return value === null ? [] : [make(value)];
}

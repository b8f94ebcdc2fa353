import { formatBytes } from '../bytes.js';
import type { Bar, Chart } from './bars.js';
import type { Recorded } from './recorded.js';
import { familyOf, titleOf } from './titles.js';

/** A chart and the name of its file. */
export interface NamedChart {
  readonly file: string;
  readonly chart: Chart;
}

export const seconds = (value: number) =>
  value < 10 ? `${value.toFixed(2)} s` : `${value.toFixed(1)} s`;

/** Names of those who were timed, or stopped, in the order of the line. */
export function contenders({ fields }: Recorded): string[] {
  const named = fields.flatMap(
    (field) => /^(.+)_(?:times|stopped_after_s)$/.exec(field)?.[1] ?? [],
  );
  return [...new Set(named)];
}

/** What is drawn of a benchmark: times, and peak memory where there is any. */
export function chartsOf(one: Recorded): NamedChart[] {
  if (one.name === 'scale') return scaleCharts(one);
  if (one.name === 'startup') return [startupChart(one)];
  const names = contenders(one).filter((name) => name !== 'tessera_kernel');
  if (names.length < 2) return [];
  return [timeChart(one, names), memoryChart(one, names)];
}

const tone = (name: string): Bar['tone'] => {
  const family = familyOf(name);
  if (family === null) return 'own';
  return family === 'floor' ? 'floor' : 'other';
};

function timeChart(one: Recorded, names: readonly string[]): NamedChart {
  const ours = one.number('tessera_s');
  const bars = names.map((name): Bar => {
    const stopped = one.number(`${name}_stopped_after_s`);
    const value = stopped ?? one.number(`${name}_s`) ?? 0;
    const times = ours === null || name === 'tessera' ? '' : `   ${(value / ours).toFixed(2)}×`;
    const text = `${stopped === null ? '' : 'stopped after '}${seconds(value)}${times}`;
    return { label: titleOf(name), value, text, tone: tone(name), isAtLeast: stopped !== null };
  });
  return {
    file: `${one.name}-time.svg`,
    chart: { title: `${one.name}: seconds of a whole process, less is better`, bars },
  };
}

function memoryChart(one: Recorded, names: readonly string[]): NamedChart {
  const bars = names.flatMap((name): Bar[] => {
    const value = one.number(`${name}_peak_bytes`);
    if (value === null) return [];
    return [{ label: titleOf(name), value, text: formatBytes(value), tone: tone(name) }];
  });
  return {
    file: `${one.name}-memory.svg`,
    chart: { title: `${one.name}: peak resident memory, less is better`, bars },
  };
}

/** The sizes of `scale`, by the prefix of their fields. */
export const sizesOf = ({ fields }: Recorded) =>
  fields.flatMap((field) => /^(m\d+)_ns_per_event$/.exec(field)?.[1] ?? []);

function scaleCharts(one: Recorded): NamedChart[] {
  const sizes = sizesOf(one);
  const label = (size: string) =>
    `${(one.number(`${size}_events`) ?? 0).toLocaleString('en')} events`;
  const budget = one.number('budget_bytes');
  const bars = (field: string, text: (value: number, size: string) => string) =>
    sizes.map((size): Bar => {
      const value = one.number(`${size}_${field}`) ?? 0;
      return { label: label(size), value, text: text(value, size), tone: 'own' };
    });
  return [
    {
      file: 'scale-time.svg',
      chart: {
        title: 'scale: nanoseconds an event',
        bars: bars(
          'ns_per_event',
          (ns, size) => `${ns.toFixed(0)} ns   ${seconds(one.number(`${size}_s`) ?? 0)}`,
        ),
      },
    },
    {
      file: 'scale-memory.svg',
      chart: {
        title: 'scale: peak resident memory',
        bars: bars('peak_bytes', formatBytes),
        ...(budget !== null && {
          limit: { value: budget, label: `budget ${formatBytes(budget)}` },
        }),
      },
    },
  ];
}

function startupChart(one: Recorded): NamedChart {
  const bar = (name: string, label: string): Bar => {
    const value = one.number(`${name}_ms`) ?? 0;
    const times = one.number(`${name}_of_node`);
    const text = `${value.toFixed(0)} ms${times === null ? '' : `   ${times.toFixed(2)}×`}`;
    return { label, value, text, tone: name === 'node' ? 'floor' : 'own' };
  };
  return {
    file: 'startup-time.svg',
    chart: {
      title: 'startup: milliseconds of a whole process',
      bars: [
        bar('node', 'node -e 0'),
        bar('version', 'tessera --version'),
        bar('help', 'tessera --help'),
      ],
    },
  };
}

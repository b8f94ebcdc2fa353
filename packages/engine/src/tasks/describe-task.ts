import type { Task } from './task.js';

/** A task as an error names it. */
export function describeTask(task: Task): string {
  switch (task.type) {
    case 'keys':
      return `keys ${task.keySet.columns.join(', ')}`;
    case 'dictionary':
      return `strings of ${task.dictionary.column}`;
    case 'build-tiles':
      return `tiles of ${task.scan.source.name} ds=${task.ds}`;
    case 'merge-tiles':
      return `tiles of the ${task.merge.level} block ${task.merge.label}`;
    case 'left': {
      const [first, last] = [task.partitions[0]?.ds, task.partitions.at(-1)?.ds];
      return first === last ? `left rows ds=${first}` : `left rows ds=${first} … ds=${last}`;
    }
    case 'scatter':
      return `scan of ${task.scan.source.name}, task ${task.id}`;
    case 'read-tiles':
      return `tiles, task ${task.id}`;
    case 'slices':
      return `slices of bucket ${task.of.bucket + 1} of ${task.of.buckets}`;
    case 'sweep': {
      const [first, last] = [task.bucket + 1, task.endBucket];
      return first === last
        ? `bucket ${first} of ${task.buckets}`
        : `buckets ${first} to ${last} of ${task.buckets}`;
    }
    case 'assemble':
      return `partition ds=${task.partition.ds}`;
    case 'assemble-few':
      return `partitions ds=${task.members[0].partition.ds} … ds=${task.members.at(-1)!.partition.ds}`;
    case 'encode-states':
      return `entries of ${task.part.groupBy}, keys ${task.range.from} to ${task.range.to - 1}`;
    case 'encode-rows':
      return `entries of ${task.part.groupBy}`;
  }
}

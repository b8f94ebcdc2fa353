import { didYouMean, TesseraError } from '@tessera/api';
import type { Published } from '@tessera/lake';

/** A column of the dataset. Throws UNKNOWN_COLUMN with what it may have been. */
export function findColumns(
  name: string,
  { columns }: Published,
  asked: readonly string[],
): { name: string; type: string }[] {
  const names = columns.map((column) => column.name);
  const wrong = asked.filter((one) => !names.includes(one));
  const [first] = wrong;
  if (first !== undefined) {
    const hints = wrong.map((one) => didYouMean(one, names) ?? similar(one, names));
    throw new TesseraError(
      'UNKNOWN_COLUMN',
      { source: name, column: wrong.join('`, `'), columns: names },
      {
        hint:
          hints.filter((hint) => hint !== undefined).join('\n') || `columns: ${names.join(', ')}`,
      },
    );
  }
  return asked.map((one) => columns.find((column) => column.name === one)!);
}

/** Long names are seldom typed whole: those that hold what was typed. */
function similar(word: string, names: readonly string[]): string | undefined {
  const found = names.filter((name) => name.toLowerCase().includes(word.toLowerCase()));
  return found.length > 0 && found.length <= 12
    ? `columns with it: ${found.join(', ')}`
    : undefined;
}

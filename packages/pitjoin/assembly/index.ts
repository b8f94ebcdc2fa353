export { extremeEntries } from './extremes';
export { gatherDoubles } from './gather';
export { greatestMagnitude, isOnGrid, onePrefix, twoPrefixes } from './prefixes';
export { windowEdges } from './windows';

export { addKeys, findNarrow, findStrings, findWide } from './find';

export { addNarrow, addStrings, addWide, findNarrow, findStrings, findWide } from './find';

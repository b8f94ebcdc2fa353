export { placeRows, scatter32, scatter64, scatter128 } from './scatter';
export { countRows, firstFalling, occurringCodes, placeByCode } from './sort';

export { isAssignable } from './assignable.js';
export { besideRows } from './beside-rows.js';
export { checkSchema, type SchemaCheck } from './check-schema.js';
export { checkSqlPredicate } from './check-sql.js';
export { checksumFile, formatCrc } from './checksum.js';
export { copyToCsv, copyToParquet, rowGroupRows } from './copy-out.js';
export { appendToTable, createTableFromBatch, type TableColumn } from './create-table.js';
export { readCsvHeader } from './csv-header.js';
export {
  beginRun,
  type Dataset,
  datasetPath,
  endRun,
  exportPath,
  finishPublish,
  openDataset,
  type Publish,
  type PublishRun,
  partitionPath,
  publish,
  recoverPublish,
  removeExports,
  removePartition,
  removeUnlisted,
  stagePath,
} from './dataset.js';
export {
  type DescribedColumn,
  type DescribedTable,
  describeTable,
  type LeftOutColumn,
} from './describe/describe-table.js';
export { type DeclaredAs, declaredAs } from './describe/file-type.js';
export {
  type FoundTable,
  type FoundTables,
  findTables,
  type TableFile,
} from './describe/find-tables.js';
export { recentDays } from './describe/recent-days.js';
export {
  type SourceSuggestion,
  suggestInputs,
  suggestSource,
  type TimeCandidate,
} from './describe/suggest-source.js';
export { duckDbType } from './duckdb-type.js';
export {
  makeFolder,
  moveFile,
  type Replaced,
  readText,
  removeTree,
  replaceFile,
  syncFolder,
} from './durable.js';
export type { StringDictionary } from './encoded-strings.js';
export { FAULT_POINTS, type FaultPoint, fault, parseFault } from './faults.js';
export {
  type FactsWanted,
  type FileFacts,
  type FileRecord,
  fileFacts,
  relationOf,
} from './file-facts.js';
export { makeFoldersNow, NewFile } from './file-layer.js';
export { contentOf, fingerprintContent, fingerprintFile } from './fingerprint.js';
export { readError, writeError } from './fs-error.js';
export {
  binEdges,
  type Distribution,
  distribution,
  type NumberBin,
} from './inspect/distribution.js';
export { type NullCell, nullsByDay } from './inspect/nulls-by-day.js';
export { openPublished, type Published, publishedRows } from './inspect/open-published.js';
export {
  clearLeftovers,
  hasLeftovers,
  type Leftovers,
  leftoversOf,
  stagingPath,
  TASK_RECORD,
  WORK,
} from './leftovers.js';
export {
  type FileFact,
  listSource,
  type SourceListing,
  type SourcePartition,
} from './list-source.js';
export { acquireLock, isLocked, type Lock, lockHolder, lockIfFree } from './lock.js';
export {
  commitManifest,
  formatManifest,
  isOfNewerFormat,
  MANIFEST_FORMAT,
  type Manifest,
  type ManifestColumn,
  type ManifestFile,
  type ManifestPartition,
  manifestPath,
  readManifest,
} from './manifest.js';
export { mapLimited } from './map-limited.js';
export { checkParquet } from './parquet/check-parquet.js';
export { predicateSql, type TypeOf } from './predicate-sql.js';
export { journalPath, type PublishJournal, readJournal, writeJournal } from './publish-journal.js';
export { quoteIdent, quoteLiteral, quotePath, quotePaths } from './quote.js';
export { type ReadKinds, readColumns, type StreamOptions, streamColumns } from './read-columns.js';
export { readRows, readStrings, streamRows } from './read-rows.js';
export type { ReadKind } from './read-vector.js';
export { isPassing, PAUSES_MS, withRetries } from './retry.js';
export {
  registerScalarFunction,
  type ScalarFunction,
  type StringColumn,
} from './scalar-function.js';
export { NO_DAY, type Relation, type ScanFile, type ScanSpec } from './scan-spec.js';
export { scanColumns, scanSql } from './scan-sql.js';
export { openDuckDb, run, type Session, type SessionOptions } from './session.js';
export { type RawColumn, sinkColumns, sinkWithKeys } from './sink-columns.js';
export { type SummaryRow, summarise } from './summarise.js';
export { deadFolders, openTmpFolder, removeDeadFolders, type TmpFolder } from './tmp-folder.js';
export { changedFiles } from './unchanged.js';

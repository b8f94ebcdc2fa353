import assert from 'node:assert/strict';
import { type ErrorCode, isTesseraError } from '@tessera/api';
import type { Store } from '../store/store.js';

/** What a test of the contract is given. */
export interface ContractStore {
  readonly store: Store;
  /** Another connection to the same, as another process would have. */
  again(): Promise<Store>;
  /** Remove everything. */
  done(): Promise<void>;
}

export interface ContractTest {
  readonly name: string;
  run(): Promise<void>;
}

export interface ContractCheck {
  readonly name: string;
  check(given: ContractStore): Promise<void>;
}

/** The error's code is the one. */
export async function refuses(code: ErrorCode, attempt: Promise<unknown>): Promise<Error> {
  try {
    await attempt;
  } catch (error) {
    if (!isTesseraError(error)) throw error;
    assert.equal(error.code, code, error.message);
    return error;
  }
  assert.fail(`${code} was expected, and nothing was thrown`);
}

export function textOf(value: Uint8Array | null | undefined): string | null {
  return value ? Buffer.from(value).toString() : null;
}

import { openStore } from '@tessera/kv-writer';
import { expect, test } from 'vitest';

test.each([
  ['', 'names nothing'],
  ['lmdb:', 'names no folder'],
  ['dynamodb://features', 'of no kind that is known'],
  ['redi://host', 'did you mean redis:?'],
  ['lmdb:out?maxBytes=many', 'maxBytes'],
  ['lmdb:out?maxbytes=1', 'not known: maxbytes'],
  ['redis://host?ttl=1', 'not known: ttl'],
  ['redis://host?ttlHours=-1', 'ttlHours'],
  ['redis://host?prefix=a b', 'prefix'],
  ['redis://host?cluster=yes', 'cluster'],
  ['redis://[', 'is no URL'],
])('%s', async (url, said) => {
  await expect(openStore(url)).rejects.toMatchObject({
    code: 'BAD_STORE',
    message: expect.stringContaining(said),
  });
});

test('passwords are not told', async () => {
  await expect(openStore('redis://me:secret@host?nothing=1')).rejects.toMatchObject({
    message: expect.not.stringContaining('secret'),
  });
});

test('a folder need not be there', async () => {
  for (const url of ['out/nowhere', 'lmdb:out/nowhere', 'lmdb:out/nowhere?maxBytes=1e9']) {
    const store = await openStore(url);
    expect([store.kind, store.where]).toEqual(['lmdb', 'lmdb:out/nowhere']);
    expect(await store.units()).toEqual([]);
    await store.close();
  }
});

// supabase-js: the keys that an application has, and row-level security behind them.
import assert from 'node:assert/strict';
import test from 'node:test';
import { column, createClient, dataOf, refusal, service, tokens, url } from './clients.mjs';

// Node before 22 has no WebSocket; createClient asks for one although nothing here opens any.
class NoSocket {}
const options = {
  auth: { persistSession: false, autoRefreshToken: false },
  realtime: { transport: NoSocket },
};

const anon = createClient(url, tokens.anon, options);
const ada = createClient(url, tokens.ada, options);
const bob = createClient(url, tokens.anon, {
  ...options,
  global: { headers: { Authorization: `Bearer ${tokens.bob}` } },
});
const later = createClient(url, tokens.anon, {
  realtime: options.realtime,
  accessToken: async () => tokens.ada,
});

test('createClient(url, anonKey) reads what is open', async () => {
  assert.deepEqual(
    await dataOf(anon.from('films').select('title, directors(last_name)').eq('id', 4).single()),
    { title: 'Pulp Fiction', directors: { last_name: 'Tarantino' } },
  );
  assert.deepEqual(await dataOf(anon.from('notes').select()), []);
});

test('a user sees and writes the rows that are theirs', async () => {
  assert.deepEqual(await column('body', ada.from('notes').select('body')), ['hers']);
  assert.deepEqual(await column('body', bob.from('notes').select('body')), ['his']);
  assert.deepEqual(await column('body', later.from('notes').select('body')), ['hers']);

  const note = await dataOf(ada.from('notes').insert({ owner: 'ada', body: 'more' }).select().single());
  assert.equal(note.body, 'more');
  await refusal(ada.from('notes').insert({ owner: 'bob', body: 'forged' }), 403, '42501');
  await refusal(anon.from('notes').insert({ owner: 'ada', body: 'forged' }), 401, '42501');
  await refusal(ada.from('notes').update({ owner: 'bob' }).eq('id', note.id), 403, '42501');
  await refusal(ada.from('notes').upsert({ id: 2, owner: 'ada', body: 'taken' }), 403, '42501');

  assert.deepEqual(await dataOf(bob.from('notes').update({ body: 'taken' }).eq('id', note.id).select()), []);
  assert.deepEqual(await dataOf(bob.from('notes').delete().eq('id', note.id).select()), []);
  assert.deepEqual(await dataOf(ada.from('notes').delete().eq('id', note.id).select('body')), [
    { body: 'more' },
  ]);
  assert.deepEqual(await column('body', service.from('notes').select('body').order('id')), ['hers', 'his']);
});

test('a refusal of row-level security is PostgreSQL’s', async () => {
  const error = await refusal(ada.from('notes').insert({ owner: 'bob', body: 'forged' }), 403, '42501');
  assert.equal(error.message, 'new row violates row-level security policy for table "notes"');
});

test('embedded rows are those of the user', async () => {
  const reviews = (client) =>
    column(
      'reviews',
      client
        .from('films')
        .select('reviews(author)')
        .eq('id', 6)
        .order('author', { referencedTable: 'reviews' }),
    );
  assert.deepEqual(await reviews(anon), [[{ author: 'bob' }]]);
  assert.deepEqual(await reviews(ada), [[{ author: 'ada' }, { author: 'bob' }]]);
});

test('columns that a role may not read', async () => {
  assert.deepEqual(await dataOf(ada.from('actors').select('last_name').eq('id', 1).single()), {
    last_name: 'Dafoe',
  });
  await refusal(ada.from('actors').select('fee'), 403, '42501');
  await refusal(anon.from('actors').select('fee'), 401, '42501');
  await refusal(ada.from('actors').select('id').gt('fee', 50), 403, '42501');
});

test('rpc, counts and CSV by way of supabase-js', async () => {
  assert.equal(await dataOf(anon.rpc('add', { a: 20, b: 22 })), 42);
  assert.deepEqual(
    await column('id', ada.rpc('films_of', { director: 5 }).select('id, directors!inner(last_name)')),
    [6],
  );
  const { count } = await anon.from('films').select('*', { count: 'exact', head: true });
  assert.equal(count, 7);
  assert.match(await dataOf(anon.from('directors').select('id').eq('id', 1).csv()), /^id\r?\n1\r?\n?$/);
});

test('one schema is exposed', async () => {
  assert.equal((await dataOf(anon.schema('public').from('films').select('id'))).length, 7);
  await refusal(anon.schema('private').from('films').select('id'), 406, 'PGRST106');
});

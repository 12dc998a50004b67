// Version 1 of postgrest-js, which many applications carry: it asks for one object in another way, and
// brings its own fetch.
import assert from 'node:assert/strict';
import test from 'node:test';
import { PostgrestClient1, as, dataOf, refusal } from './clients.mjs';

const anon = as('anon', PostgrestClient1);
const staff = as('staff', PostgrestClient1);

test('single() and maybeSingle() of reads', async () => {
  assert.deepEqual(
    await dataOf(anon.from('films').select('title, directors(last_name)').eq('id', 4).single()),
    { title: 'Pulp Fiction', directors: { last_name: 'Tarantino' } },
  );
  assert.equal(await dataOf(anon.from('films').select('id').eq('id', 99).maybeSingle()), null);
  assert.deepEqual(await dataOf(anon.from('films').select('id').eq('id', 4).maybeSingle()), { id: 4 });
  await refusal(anon.from('films').select('id').maybeSingle(), 406, 'PGRST116');
});

test('maybeSingle() of writes', async () => {
  assert.deepEqual(await dataOf(staff.from('items').insert({ code: 'old' }).select('code').maybeSingle()), {
    code: 'old',
  });
  assert.equal(
    await dataOf(staff.from('items').update({ sold: true }).eq('code', 'none').select().maybeSingle()),
    null,
  );
  assert.deepEqual(
    await dataOf(staff.from('items').delete().eq('code', 'old').select('code').maybeSingle()),
    { code: 'old' },
  );
});

test('filters, counts and rpc', async () => {
  const { data, count } = await anon
    .from('films')
    .select('id', { count: 'exact' })
    .or('year.gt.2000,id.eq.1')
    .order('id')
    .range(0, 0);
  assert.deepEqual([data, count], [[{ id: 1 }], 2]);
  assert.equal(await dataOf(anon.rpc('add', { a: 1, b: 2 })), 3);
  assert.match(await dataOf(anon.from('films').select('id').eq('id', 1).csv()), /^id\r?\n1\r?\n?$/);
});

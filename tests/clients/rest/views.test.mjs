// Views are read like tables, and written as far as their triggers allow.
import assert from 'node:assert/strict';
import test from 'node:test';
import { ada, anon, column, dataOf, refusal, service, staff } from './clients.mjs';

test('a view is read with filters, order and counts', async () => {
  const { data, count, error } = await anon
    .from('film_cards')
    .select('title, director', { count: 'exact' })
    .not('director', 'is', null)
    .gt('year', 1990)
    .order('year', { ascending: false })
    .range(0, 1);
  assert.equal(error, null);
  assert.deepEqual(data, [
    { title: 'The Lighthouse', director: 'Eggers' },
    { title: 'Pulp Fiction', director: 'Tarantino' },
  ]);
  assert.equal(count, 3);
});

test('a view with triggers takes rows, changes and deletions', async () => {
  await dataOf(
    staff.from('item_labels').insert([
      { code: 'v1', name: 'one' },
      { code: 'v2', name: 'two' },
    ]),
  );
  assert.deepEqual(await column('label', staff.from('item_labels').select('label').order('code')), [
    'v1: one',
    'v2: two',
  ]);
  await dataOf(staff.from('item_labels').update({ name: 'uno' }).eq('code', 'v1'));
  assert.deepEqual(await column('name', service.from('items').select('name').eq('code', 'v1')), ['uno']);
  await dataOf(staff.from('item_labels').delete().like('code', 'v%'));
  assert.deepEqual(await dataOf(service.from('items').select()), []);
});

test('a view is closed to who has no grant, and has no policy of its tables', async () => {
  await refusal(anon.from('item_labels').insert({ code: 'x', name: 'x' }), 401, '42501');
  await refusal(ada.from('item_labels').update({ name: 'x' }).eq('code', 'x'), 403, '42501');
});

test('a view without triggers takes nothing', async () => {
  const { status, error } = await service.from('film_cards').insert({ title: 'x' });
  assert.ok(status >= 400 && status < 500, JSON.stringify(error));
});

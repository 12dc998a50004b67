// rpc(): functions that answer a value, a row, rows or nothing, that read or write.
import assert from 'node:assert/strict';
import test from 'node:test';
import { ada, anon, column, dataOf, refusal, service, staff } from './clients.mjs';

test('a scalar by POST and by GET', async () => {
  assert.equal(await dataOf(anon.rpc('add', { a: 2, b: 3 })), 5);
  assert.equal(await dataOf(anon.rpc('add', { a: 2, b: -3 }, { get: true })), -1);
});

test('default arguments', async () => {
  assert.equal(await dataOf(anon.rpc('greet')), 'Hello, world!');
  assert.equal(await dataOf(anon.rpc('greet', { name: 'Ada' })), 'Hello, Ada!');
  assert.equal(await dataOf(anon.rpc('greet', {}, { get: true })), 'Hello, world!');
  assert.equal(await dataOf(anon.rpc('greet', { name: 'a & b = c' }, { get: true })), 'Hello, a & b = c!');
});

test('an array as an argument, by POST and by GET', async () => {
  assert.deepEqual(await dataOf(anon.rpc('plus_one', { numbers: [1, 2, 3] })), [2, 3, 4]);
  assert.deepEqual(await dataOf(anon.rpc('plus_one', { numbers: [1, 2, 3] }, { get: true })), [2, 3, 4]);
});

test('JSON as an argument, and the whole body as one', async () => {
  assert.equal(await dataOf(anon.rpc('multiply', { x: 6, y: 7 })), 42);
  assert.equal(await dataOf(anon.rpc('sum_of', { numbers: [1, 2, 39] })), 42);
});

test('JSON as a result', async () => {
  assert.deepEqual(await dataOf(anon.rpc('film_facts', { film_id: 3 })), { lost: true });
  assert.equal(await dataOf(anon.rpc('film_facts', { film_id: 1 })), null);
});

test('a table as a result: select, filter, order, window, count', async () => {
  assert.deepEqual(await dataOf(anon.rpc('top_films', { n: 2 })), [
    { id: 4, title: 'Pulp Fiction', rating: 8.9 },
    { id: 5, title: 'Reservoir Dogs', rating: 8.3 },
  ]);
  assert.deepEqual(await column('id', anon.rpc('top_films')), [4, 5, 6]);
  assert.deepEqual(
    await dataOf(
      anon.rpc('top_films', { n: 5 }, { get: true }).select('title').lt('rating', 8).order('title').limit(2),
    ),
    [{ title: 'The Haunted Castle' }, { title: 'The Lighthouse' }],
  );
  const page = await anon.rpc('top_films', { n: 5 }, { count: 'exact' }).select('id').order('id').range(0, 1);
  assert.deepEqual([page.error, page.count, page.data], [null, 5, [{ id: 1 }, { id: 3 }]]);
  const head = await anon.rpc('top_films', { n: 4 }, { head: true, count: 'exact' });
  assert.deepEqual([head.error, head.count, head.data], [null, 4, null]);
  assert.deepEqual(await dataOf(anon.rpc('top_films', { n: 1 }).single()), {
    id: 4,
    title: 'Pulp Fiction',
    rating: 8.9,
  });
  assert.match(
    await dataOf(anon.rpc('top_films', { n: 1 }).select('id, title').csv()),
    /^id,title\r?\n4,Pulp Fiction\r?\n?$/,
  );
});

test('rows of a table as a result: embedded, computed and filtered like the table', async () => {
  assert.deepEqual(
    await dataOf(
      anon
        .rpc('films_of', { director: 4 })
        .select('title, directors(last_name), roles(count()), is_old')
        .gt('rating', 8.5),
    ),
    [{ title: 'Pulp Fiction', directors: { last_name: 'Tarantino' }, roles: [{ count: 4 }], is_old: false }],
  );
  assert.deepEqual(
    await column(
      'id',
      anon
        .rpc('films_of', { director: 4 }, { get: true })
        .select('id, actors!inner()')
        .eq('actors.last_name', 'Travolta'),
    ),
    [4],
  );
  assert.deepEqual(await dataOf(anon.rpc('films_of', { director: 6 })), []);
});

test('functions of one name are told apart by their arguments', async () => {
  assert.deepEqual(await column('id', anon.rpc('films_between', { since: 1994 }).order('id')), [4, 6]);
  const few = anon.rpc('films_between', { since: 1890, until: 1895 }, { get: true });
  assert.deepEqual(await column('id', few.order('id')), [1, 2]);
});

test('a row as a result is an object', async () => {
  const film = await dataOf(anon.rpc('film_by_title', { title: 'Pulp Fiction' }));
  assert.deepEqual([film.id, film.year, film.tags], [4, 1994, ['crime', 'drama']]);
  assert.deepEqual(
    await dataOf(anon.rpc('film_by_title', { title: 'The Lighthouse' }).select('id, directors(last_name)')),
    { id: 6, directors: { last_name: 'Eggers' } },
  );
});

test('a set of scalars is an array', async () => {
  assert.deepEqual(await dataOf(anon.rpc('languages')), ['english']);
});

test('a function that writes: by POST only, with its rows as the result', async () => {
  const { id } = await dataOf(staff.from('items').insert({ code: 'f', quantity: 1 }).select('id').single());
  assert.deepEqual(await dataOf(staff.rpc('restock', { item_id: id, amount: 4 }).select('code, quantity')), [
    { code: 'f', quantity: 5 },
  ]);
  const error = await refusal(staff.rpc('restock', { item_id: id, amount: 4 }, { get: true }), 405, '25006');
  assert.match(error.message, /read-only transaction/);
  assert.deepEqual(
    await dataOf(staff.rpc('restock', { item_id: id, amount: 1 }).select('quantity').rollback()),
    [{ quantity: 6 }],
  );
  await refusal(staff.rpc('restock', { item_id: id, amount: -9 }), 400, '23514');
  assert.deepEqual(await column('quantity', staff.from('items').select('quantity').eq('code', 'f')), [5]);
});

test('maxAffected undoes a function that touches more', async () => {
  await dataOf(staff.from('items').insert([{ code: 'm1' }, { code: 'm2' }]));
  await refusal(staff.rpc('sell_all').maxAffected(1), 400, 'PGRST124');
  assert.deepEqual(await dataOf(staff.from('items').select('code').eq('sold', true)), []);
  assert.ok((await dataOf(staff.rpc('sell_all').maxAffected(10))).length >= 2);
});

test('a function that answers nothing', async () => {
  await dataOf(staff.from('items').insert({ code: 'n' }));
  const { status, data, error } = await staff.rpc('clear_items');
  assert.deepEqual({ status, data, error }, { status: 204, data: null, error: null });
  assert.deepEqual(await dataOf(staff.from('items').select()), []);
});

test('who may not execute it is refused', async () => {
  await refusal(anon.rpc('restock', { item_id: 1, amount: 1 }), 401, '42501');
  await refusal(ada.rpc('clear_items'), 403, '42501');
  assert.equal((await service.rpc('clear_items')).error, null);
});

test('a function or arguments that are not there', async () => {
  const unknown = await refusal(anon.rpc('top_film', { n: 2 }), 404, 'PGRST202');
  assert.match(unknown.message, /Could not find the function public\.top_film\(n\) in the schema cache/);
  assert.match(unknown.hint, /top_films/);
  await refusal(anon.rpc('add', { a: 1 }), 404, 'PGRST202');
  await refusal(anon.rpc('add', { a: 1, b: 2, c: 3 }), 404, 'PGRST202');
});

test('an argument that does not fit', async () => {
  await refusal(anon.rpc('add', { a: 'one', b: 2 }), 400, '22P02');
  await refusal(anon.rpc('add', { a: 'one', b: 2 }, { get: true }), 400, '22P02');
});

test('a computed column is no function to call', async () => {
  await refusal(anon.rpc('full_name'), 404, 'PGRST202');
});

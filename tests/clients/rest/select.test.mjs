// Columns: aliases, casts, JSON paths, names in quotes, computed columns; order and windows by them.
import assert from 'node:assert/strict';
import test from 'node:test';
import { anon, column, dataOf, refusal } from './clients.mjs';

const film = (select, id = 4) => dataOf(anon.from('films').select(select).eq('id', id).single());

test('every column has its JSON type', async () => {
  assert.deepEqual(await film('*', 3), {
    id: 3,
    director_id: 3,
    title: 'The Haunted Castle',
    year: 1896,
    rating: 6.8,
    language: null,
    in_colour: false,
    details: { lost: true },
    tags: ['short', 'horror'],
  });
});

test('aliases, and a column under two names', async () => {
  assert.deepEqual(await film('name:title, released:year, year'), {
    name: 'Pulp Fiction',
    released: 1994,
    year: 1994,
  });
});

test('casts', async () => {
  assert.deepEqual(await film('year::text, n:rating::int, title::text'), {
    year: '1994',
    n: 9,
    title: 'Pulp Fiction',
  });
});

test('JSON paths: -> keeps JSON, ->> makes text, the last key is the name', async () => {
  assert.deepEqual(await film('details->budget, details->studio->name, details->studio->>country'), {
    budget: 8000000,
    name: 'Miramax',
    country: 'US',
  });
  assert.deepEqual(
    await film(
      'money:details->>budget, first:details->awards->0, last:details->awards->-1->>name, details->awards->1->year',
    ),
    { money: '8000000', first: { name: 'Palme', year: 1994 }, last: 'Oscar', year: 1995 },
  );
  assert.deepEqual(await film('details->nothing, deep:details->studio->nothing->>more, tag:tags->>0'), {
    nothing: null,
    deep: null,
    tag: 'crime',
  });
  assert.deepEqual(await film('details->budget', 7), { budget: null });
});

test('JSON paths in filters', async () => {
  const ids = (filter) => column('id', filter(anon.from('films').select('id')).order('id'));
  assert.deepEqual(await ids((films) => films.eq('details->studio->>name', 'Miramax')), [4, 5]);
  assert.deepEqual(await ids((films) => films.gt('details->budget', 5000000)), [4, 6]);
  assert.deepEqual(await ids((films) => films.eq('details->awards->0->>name', 'Palme')), [4]);
  assert.deepEqual(await ids((films) => films.is('details->>budget', null)), [1, 2, 3, 7]);
  assert.deepEqual(await ids((films) => films.in('details->studio->>name', ['A24', 'None'])), [6]);
  assert.deepEqual(
    await ids((films) => films.or('details->>lost.eq.true,details->budget.lt.2000000')),
    [3, 5],
  );
  assert.deepEqual(await ids((films) => films.like('tags->>0', 'cr%')), [4, 5]);
});

test('JSON paths in order', async () => {
  assert.deepEqual(
    await column(
      'id',
      anon
        .from('films')
        .select('id')
        .not('details->budget', 'is', null)
        .order('details->budget', { ascending: false }),
    ),
    [6, 4, 5],
  );
  assert.deepEqual(
    await column(
      'id',
      anon
        .from('films')
        .select('id')
        .gt('id', 3)
        .lt('id', 7)
        .order('details->studio->>name')
        .order('id', { ascending: false }),
    ),
    [6, 5, 4],
  );
});

test('order: directions, nulls, several columns', async () => {
  const ids = (order) => column('id', order(anon.from('films').select('id')));
  assert.deepEqual(await ids((films) => films.order('year')), [2, 1, 3, 5, 4, 6, 7]);
  assert.deepEqual(await ids((films) => films.order('year', { ascending: false })), [7, 6, 4, 5, 3, 1, 2]);
  assert.deepEqual(
    await ids((films) => films.order('year', { ascending: false, nullsFirst: false })),
    [6, 4, 5, 3, 1, 2, 7],
  );
  assert.deepEqual(await ids((films) => films.order('year', { nullsFirst: true }).limit(2)), [7, 2]);
  assert.deepEqual(
    await ids((films) => films.order('language', { nullsFirst: true }).order('id', { ascending: false })),
    [7, 3, 2, 1, 6, 5, 4],
  );
});

test('names in quotes', async () => {
  assert.deepEqual(
    await dataOf(anon.from('odd names').select('"full name", "a.b", "x,y", Case').eq('id', 1)),
    [{ 'full name': 'Ada Lovelace', 'a.b': 10, 'x,y': 'p', Case: 'Upper' }],
  );
  assert.deepEqual(
    await column('id', anon.from('odd names').select('id').order('"a.b"', { ascending: false })),
    [2, 1],
  );
  assert.deepEqual(await column('id', anon.from('odd names').select('id').eq('"full name"', 'Bob')), [2]);
  assert.deepEqual(await column('id', anon.from('odd names').select('id').or('"x,y".eq.p,"a.b".eq.30')), [1]);
});

test('a column that is not there is refused', async () => {
  const error = await refusal(anon.from('films').select('titel'), 400, '42703');
  assert.match(error.message, /column films\.titel does not exist/);
  await refusal(anon.from('films').select('id').order('titel'), 400, '42703');
});

test('a computed column is selected, filtered and ordered by, and is no part of *', async () => {
  assert.deepEqual(
    await dataOf(anon.from('directors').select('id, full_name, label:full_name').eq('id', 4).single()),
    { id: 4, full_name: 'Quentin Tarantino', label: 'Quentin Tarantino' },
  );
  assert.deepEqual(await dataOf(anon.from('directors').select().eq('full_name', 'Georges Melies')), [
    { id: 3, first_name: 'Georges', last_name: 'Melies' },
  ]);
  assert.deepEqual(await dataOf(anon.from('directors').select('*, full_name').eq('id', 3)), [
    { id: 3, first_name: 'Georges', last_name: 'Melies', full_name: 'Georges Melies' },
  ]);
  assert.deepEqual(
    await column('id', anon.from('directors').select('id').ilike('full_name', '%e%').order('full_name')),
    [3, 1, 6, 4, 5],
  );
  assert.deepEqual(await column('is_old', anon.from('films').select('is_old').order('id')), [
    true,
    true,
    true,
    false,
    false,
    false,
    null,
  ]);
  assert.deepEqual(
    await column('id', anon.from('films').select('id').is('is_old', true).order('id')),
    [1, 2, 3],
  );
});

test('a computed column in an embed', async () => {
  assert.deepEqual(await film('directors(full_name)'), { directors: { full_name: 'Quentin Tarantino' } });
  assert.deepEqual(await film('...directors(director:full_name)'), { director: 'Quentin Tarantino' });
  assert.deepEqual(
    await column(
      'id',
      anon.from('films').select('id, directors!inner()').eq('directors.full_name', 'Robert Eggers'),
    ),
    [6],
  );
});

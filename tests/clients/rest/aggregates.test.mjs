// Aggregates and their groups, of a table and within embeds.
import assert from 'node:assert/strict';
import test from 'node:test';
import { anon, dataOf, refusal } from './clients.mjs';

const films = (select) => anon.from('films').select(select);
const screenings = (select) => anon.from('screenings').select(select);

test('one row for all rows', async () => {
  assert.deepEqual(await dataOf(films('count()')), [{ count: 7 }]);
  assert.deepEqual(await dataOf(films('rating.count()')), [{ count: 6 }]);
  assert.deepEqual(
    await dataOf(screenings('visitors.sum(), visitors.avg(), visitors.min(), visitors.max()')),
    [{ sum: 601, avg: 120.2, min: 40, max: 210 }],
  );
  assert.deepEqual(await dataOf(films('title.min(), title.max()')), [
    { min: 'Pulp Fiction', max: 'Workers Leaving the Factory' },
  ]);
});

test('no rows count as none and sum to null', async () => {
  assert.deepEqual(await dataOf(screenings('count(), visitors.sum()').eq('id', 99)), [
    { count: 0, sum: null },
  ]);
});

test('other columns make groups', async () => {
  assert.deepEqual(
    await dataOf(screenings('cinema, held_on, visitors.sum()').order('cinema').order('held_on')),
    [
      { cinema: 'Astor', held_on: '2024-05-01', sum: 250 },
      { cinema: 'Astor', held_on: '2024-05-02', sum: 150 },
      { cinema: 'Rex', held_on: '2024-05-01', sum: 100 },
      { cinema: 'Rex', held_on: '2024-05-02', sum: 101 },
    ],
  );
  assert.deepEqual(await dataOf(films('language, count()').order('language')), [
    { language: 'english', count: 3 },
    { language: null, count: 4 },
  ]);
});

test('filters, order and windows go with groups', async () => {
  assert.deepEqual(
    await dataOf(
      screenings('film_id, shows:count()')
        .gt('visitors', 100)
        .order('film_id', { ascending: false })
        .range(0, 1),
    ),
    [
      { film_id: 6, shows: 1 },
      { film_id: 4, shows: 2 },
    ],
  );
});

test('an aggregate has an alias, and casts of what goes in and comes out', async () => {
  assert.deepEqual(await dataOf(films('total:details->budget::numeric.sum()')), [{ total: 20200000 }]);
  assert.deepEqual(await dataOf(screenings('mean:visitors.avg()::int').eq('cinema', 'Rex')), [{ mean: 101 }]);
  assert.deepEqual(await dataOf(screenings('all:visitors.sum()::text')), [{ all: '601' }]);
});

test('an embed makes groups', async () => {
  const groups = await dataOf(screenings('visitors.sum(), films(title)'));
  assert.deepEqual(
    groups.sort((a, b) => a.films.title.localeCompare(b.films.title)),
    [
      { sum: 351, films: { title: 'Pulp Fiction' } },
      { sum: 100, films: { title: 'Reservoir Dogs' } },
      { sum: 150, films: { title: 'The Lighthouse' } },
    ],
  );
});

test('counts and sums within an embed', async () => {
  assert.deepEqual(await dataOf(films('id, roles(count())').in('id', [4, 7]).order('id')), [
    { id: 4, roles: [{ count: 4 }] },
    { id: 7, roles: [{ count: 0 }] },
  ]);
  const film = await dataOf(
    films('id, screenings(held_on, visitors.sum(), n:count())')
      .eq('id', 4)
      .order('held_on', { referencedTable: 'screenings' })
      .single(),
  );
  assert.deepEqual(film, {
    id: 4,
    screenings: [
      { held_on: '2024-05-01', sum: 250, n: 2 },
      { held_on: '2024-05-02', sum: 101, n: 1 },
    ],
  });
  assert.deepEqual(await dataOf(films('actors(count())').eq('id', 6).single()), { actors: [{ count: 2 }] });
  assert.deepEqual(
    await dataOf(films('roles(count())').eq('id', 4).like('roles.character', '%e%').single()),
    { roles: [{ count: 3 }] },
  );
});

test('the count without brackets that older applications send', async () => {
  assert.deepEqual(await dataOf(films('id, roles(count)').eq('id', 4).single()), {
    id: 4,
    roles: [{ count: 4 }],
  });
  assert.deepEqual(await dataOf(films('count')), [{ count: 7 }]);
});

test('a spread gives columns to group by and to aggregate', async () => {
  assert.deepEqual(await dataOf(screenings('visitors.sum(), ...films(language)')), [
    { sum: 601, language: 'english' },
  ]);
  assert.deepEqual(await dataOf(screenings('held_on, ...films(year.max(), year.min())').order('held_on')), [
    { held_on: '2024-05-01', max: 1994, min: 1992 },
    { held_on: '2024-05-02', max: 2019, min: 1994 },
  ]);
});

test('aggregates in the spread of a to-many are refused', async () => {
  await refusal(films('id, ...roles(count())'), 400, 'PGRST127');
});

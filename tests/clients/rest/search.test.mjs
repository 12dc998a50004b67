// Full-text search of an FTS5 table.
import assert from 'node:assert/strict';
import test from 'node:test';
import { anon, column, dataOf, refusal } from './clients.mjs';

const titles = (search) => column('title', search(anon.from('plots').select('title')).order('title'));

test('fts reads the operators of to_tsquery', async () => {
  assert.deepEqual(await titles((plots) => plots.textSearch('plot', 'haunted')), ['The Haunted Castle']);
  assert.deepEqual(await titles((plots) => plots.textSearch('plot', 'two & devil')), ['The Haunted Castle']);
  assert.deepEqual(await titles((plots) => plots.textSearch('plot', 'heist | island')), [
    'Reservoir Dogs',
    'The Lighthouse',
  ]);
  assert.deepEqual(await titles((plots) => plots.textSearch('plot', 'two & !island')), [
    'Pulp Fiction',
    'The Haunted Castle',
  ]);
  assert.deepEqual(await titles((plots) => plots.textSearch('plot', 'gang:*')), [
    'Pulp Fiction',
    'Reservoir Dogs',
  ]);
  assert.deepEqual(await titles((plots) => plots.textSearch('plot', 'haunted <-> castle')), [
    'The Haunted Castle',
  ]);
});

test('plain: all of the words', async () => {
  assert.deepEqual(await titles((plots) => plots.textSearch('plot', 'castle haunted', { type: 'plain' })), [
    'The Haunted Castle',
  ]);
  assert.deepEqual(await titles((plots) => plots.textSearch('plot', 'castle island', { type: 'plain' })), []);
});

test('phrase: the words in their order', async () => {
  assert.deepEqual(await titles((plots) => plots.textSearch('plot', 'goes wrong', { type: 'phrase' })), [
    'Reservoir Dogs',
  ]);
  assert.deepEqual(await titles((plots) => plots.textSearch('plot', 'wrong goes', { type: 'phrase' })), []);
});

test('websearch: quotes, or and minus', async () => {
  assert.deepEqual(
    await titles((plots) => plots.textSearch('plot', '"two keepers"', { type: 'websearch' })),
    ['The Lighthouse'],
  );
  assert.deepEqual(
    await titles((plots) => plots.textSearch('plot', 'heist or boxer', { type: 'websearch' })),
    ['Pulp Fiction', 'Reservoir Dogs'],
  );
  assert.deepEqual(
    await titles((plots) => plots.textSearch('plot', 'two -violence -devil', { type: 'websearch' })),
    ['The Lighthouse'],
  );
});

test('the stemmer of the table is at work', async () => {
  assert.deepEqual(await titles((plots) => plots.textSearch('plot', 'gangster', { type: 'plain' })), [
    'Pulp Fiction',
    'Reservoir Dogs',
  ]);
});

test('the name of a configuration, which applications send, is taken: the table has its own', async () => {
  assert.deepEqual(
    await titles((plots) => plots.textSearch('plot', 'gangsters & heist', { config: 'english' })),
    ['Reservoir Dogs'],
  );
  assert.deepEqual(
    await titles((plots) =>
      plots.textSearch('plot', '"two keepers"', { config: 'english', type: 'websearch' }),
    ),
    ['The Lighthouse'],
  );
});

test('a search is one filter among others, negated and in or', async () => {
  assert.deepEqual(await titles((plots) => plots.textSearch('plot', 'two').like('title', 'The%')), [
    'The Haunted Castle',
    'The Lighthouse',
  ]);
  assert.deepEqual(await titles((plots) => plots.not('plot', 'fts', 'two')), ['Reservoir Dogs']);
  assert.deepEqual(await titles((plots) => plots.or('plot.fts.heist,title.eq.Pulp Fiction')), [
    'Pulp Fiction',
    'Reservoir Dogs',
  ]);
});

test('the best matches first', async () => {
  const found = await dataOf(
    anon.from('plots').select('title, rank').textSearch('plot', 'two').order('rank'),
  );
  assert.equal(found.length, 3);
  for (const [position, row] of found.entries()) {
    assert.equal(typeof row.rank, 'number');
    assert.ok(position === 0 || found[position - 1].rank <= row.rank);
  }
});

test('what no search can read is refused', async () => {
  const { status, error } = await anon.from('plots').select('title').textSearch('plot', 'two & & three');
  assert.equal(status, 400, JSON.stringify(error));
  assert.notEqual(error.message, '');
});

test('no quote or operator of FTS5 gets through', async () => {
  for (const words of [
    '"',
    'title : haunted',
    'NEAR(two keepers)',
    "two' OR 1=1",
    '^two',
    '{title} : x',
    'a"b',
  ]) {
    for (const type of ['plain', 'phrase', 'websearch']) {
      const { error } = await anon.from('plots').select('title').textSearch('plot', words, { type });
      assert.equal(error, null, `${type} ${words}: ${JSON.stringify(error)}`);
    }
  }
  assert.deepEqual(
    await titles((plots) => plots.textSearch('plot', 'title : haunted', { type: 'plain' })),
    [],
  );
});

// As PostgreSQL says of an operator that a type does not have.
test('a column without an index for it says so', async () => {
  const search = anon.from('films').select('id').textSearch('title', 'castle');
  const { hint } = await refusal(search, 404, '42883');
  assert.match(hint, /fts5/i);
});

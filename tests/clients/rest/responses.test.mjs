// The forms of an answer: one object, CSV, plans, without nulls, head; ranges and counts; OpenAPI.
import assert from 'node:assert/strict';
import test from 'node:test';
import { anon, column, dataOf, refusal, service, staff } from './clients.mjs';

test('single()', async () => {
  assert.deepEqual(await dataOf(anon.from('films').select('id').eq('id', 4).single()), { id: 4 });
  const none = await refusal(anon.from('films').select('id').eq('id', 99).single(), 406, 'PGRST116');
  assert.equal(none.message, 'Cannot coerce the result to a single JSON object');
  assert.equal(none.details, 'The result contains 0 rows');
  await refusal(anon.from('films').select('id').single(), 406, 'PGRST116');
  assert.deepEqual(await dataOf(anon.from('films').select('id').order('id').limit(1).single()), { id: 1 });
});

test('maybeSingle()', async () => {
  assert.deepEqual(await dataOf(anon.from('films').select('id').eq('id', 4).maybeSingle()), { id: 4 });
  assert.equal(await dataOf(anon.from('films').select('id').eq('id', 99).maybeSingle()), null);
  await refusal(anon.from('films').select('id').maybeSingle(), 406, 'PGRST116');
});

test('csv()', async () => {
  const text = await dataOf(
    anon.from('films').select('id, title, year, in_colour').gt('id', 5).order('id').csv(),
  );
  assert.deepEqual(text.trimEnd().split(/\r?\n/), [
    'id,title,year,in_colour',
    '6,The Lighthouse,2019,f',
    '7,"Untitled, (draft)",,',
  ]);
});

test('csv() of embeds has them as JSON', async () => {
  const text = await dataOf(anon.from('films').select('id, directors(last_name)').eq('id', 4).csv());
  assert.match(text, /^id,directors\r?\n4,"\{ ?""last_name"": ?""Tarantino"" ?\}"\r?\n?$/);
});

test('geojson() is refused cleanly: there is no geometry', async () => {
  await refusal(anon.from('films').select('id').geojson(), 406, 'PGRST107');
});

test('stripNulls()', async () => {
  assert.deepEqual(
    await dataOf(
      anon
        .from('films')
        .select('id, year, rating, directors(last_name)')
        .gt('id', 5)
        .order('id')
        .stripNulls(),
    ),
    [{ id: 6, year: 2019, rating: 7.4, directors: { last_name: 'Eggers' } }, { id: 7 }],
  );
  assert.deepEqual(await dataOf(anon.from('films').select('id, year').eq('id', 7).single().stripNulls()), {
    id: 7,
  });
});

test('explain() as text and as JSON', async () => {
  const text = await dataOf(service.from('films').select('title').eq('id', 4).explain());
  assert.equal(typeof text, 'string');
  assert.match(text, /films/);
  const plan = await dataOf(
    service.from('films').select('title, directors(last_name)').explain({ format: 'json', verbose: true }),
  );
  assert.ok(Array.isArray(plan));
  assert.match(JSON.stringify(plan), /films/);
  assert.match(JSON.stringify(plan), /directors/);
});

test('explain() of a write does not write', async () => {
  await dataOf(staff.from('items').insert({ code: 'kept' }));
  assert.match(await dataOf(service.from('items').delete().eq('code', 'kept').explain()), /items/);
  assert.deepEqual(await column('code', staff.from('items').select('code')), ['kept']);
});

test('counts: exact, planned, estimated', async () => {
  const all = await anon.from('films').select('id', { count: 'exact' }).limit(2).order('id');
  assert.deepEqual([all.count, all.status, all.data], [7, 206, [{ id: 1 }, { id: 2 }]]);
  const some = await anon.from('films').select('id', { count: 'exact' }).gt('year', 1990);
  assert.deepEqual([some.count, some.status, some.data.length], [3, 200, 3]);
  const estimated = await anon.from('films').select('id', { count: 'estimated' });
  assert.equal(estimated.count, 7);
  const planned = await anon.from('films').select('id', { count: 'planned' });
  assert.equal(planned.error, null);
  assert.ok(Number.isSafeInteger(planned.count) && planned.count >= 0, String(planned.count));
  assert.equal((await anon.from('films').select('id')).count, null);
});

test('head: the count and no rows', async () => {
  const { data, count, status, error } = await anon
    .from('films')
    .select('*', { head: true, count: 'exact' })
    .like('title', 'The %');
  assert.deepEqual({ data, count, status, error }, { data: null, count: 3, status: 200, error: null });
});

test('range(), limit() and what lies beyond', async () => {
  assert.deepEqual(await column('id', anon.from('films').select('id').order('id').range(2, 4)), [3, 4, 5]);
  assert.deepEqual(await column('id', anon.from('films').select('id').order('id').range(5, 50)), [6, 7]);
  assert.deepEqual(
    await column('id', anon.from('films').select('id').order('id', { ascending: false }).limit(2)),
    [7, 6],
  );
  assert.deepEqual(await dataOf(anon.from('films').select('id').limit(0)), []);
  assert.deepEqual(await dataOf(anon.from('films').select('id').range(50, 60)), []);
  const beyond = await refusal(
    anon.from('films').select('id', { count: 'exact' }).range(50, 60),
    416,
    'PGRST103',
  );
  assert.equal(beyond.message, 'Requested range not satisfiable');
  assert.match(beyond.details, /offset of 50 .* 7 rows/);
});

test('a Range header in the place of limit and offset', async () => {
  const { status, data, count } = await anon
    .from('films')
    .select('id', { count: 'exact' })
    .order('id')
    .setHeader('Range', '2-3');
  assert.deepEqual([status, data, count], [206, [{ id: 3 }, { id: 4 }], 7]);
  assert.deepEqual(
    await column('id', anon.from('films').select('id').order('id').setHeader('Range', '5-')),
    [6, 7],
  );
});

test('getOpenApiSpec() tells of the tables that the role may read', async () => {
  const spec = await dataOf(anon.getOpenApiSpec());
  const paths = Object.keys(spec.paths);
  assert.ok(
    paths.some((path) => path.endsWith('/films')),
    paths.join(' '),
  );
  assert.ok(!paths.some((path) => path.endsWith('/copies')), paths.join(' '));
  assert.ok(
    paths.some((path) => path.endsWith('/rpc/top_films')),
    paths.join(' '),
  );
});

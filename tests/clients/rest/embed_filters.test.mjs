// Filters, order and windows within embeds, and what embeds do to the rows that have them.
import assert from 'node:assert/strict';
import test from 'node:test';
import { anon, column, dataOf, refusal } from './clients.mjs';

test('a filter in an embed leaves the rows above alone', async () => {
  const rows = await dataOf(
    anon.from('films').select('id, actors(first_name)').eq('actors.first_name', 'Jehanne').order('id'),
  );
  assert.equal(rows.length, 7);
  assert.deepEqual(
    rows.filter((row) => row.actors.length > 0),
    [{ id: 3, actors: [{ first_name: 'Jehanne' }] }],
  );
});

test('!inner keeps the rows that have one', async () => {
  assert.deepEqual(
    await dataOf(
      anon.from('films').select('id, actors!inner(last_name)').eq('actors.first_name', 'Tim').order('id'),
    ),
    [
      { id: 4, actors: [{ last_name: 'Roth' }] },
      { id: 5, actors: [{ last_name: 'Roth' }] },
    ],
  );
  assert.deepEqual(
    await column('id', anon.from('films').select('id, directors!inner(id)').order('id')),
    [1, 2, 3, 4, 5, 6],
  );
  assert.deepEqual(
    await column(
      'id',
      anon.from('films').select('id, technical_specs!inner(camera)').like('technical_specs.camera', 'Arri%'),
    ),
    [4],
  );
});

test('!left is what is done without a word', async () => {
  const rows = await dataOf(
    anon
      .from('films')
      .select('id, technical_specs!left(minutes)')
      .eq('technical_specs.minutes', 109)
      .order('id'),
  );
  assert.equal(rows.length, 7);
  assert.deepEqual(rows[5], { id: 6, technical_specs: { minutes: 109 } });
});

test('a hint and !inner go together', async () => {
  assert.deepEqual(
    await column(
      'id',
      anon.from('orders').select('id, addresses!shipping!inner(city)').eq('addresses.city', 'Detroit'),
    ),
    [1],
  );
});

test('!inner reaches through levels', async () => {
  const rows = await dataOf(
    anon
      .from('directors')
      .select('last_name, films!inner(title, roles!inner(character))')
      .eq('films.roles.character', 'Mr. White'),
  );
  assert.deepEqual(rows, [
    { last_name: 'Tarantino', films: [{ title: 'Reservoir Dogs', roles: [{ character: 'Mr. White' }] }] },
  ]);
});

test('filters at any depth', async () => {
  const rows = await dataOf(
    anon
      .from('directors')
      .select('id, films(id, roles(character, actors(last_name)))')
      .eq('id', 4)
      .gt('films.year', 1993)
      .in('films.roles.character', ['Pumpkin', 'Vincent Vega'])
      .like('films.roles.actors.last_name', 'R%')
      .order('character', { referencedTable: 'films.roles' })
      .single(),
  );
  assert.deepEqual(rows, {
    id: 4,
    films: [
      {
        id: 4,
        roles: [
          { character: 'Pumpkin', actors: { last_name: 'Roth' } },
          { character: 'Vincent Vega', actors: null },
        ],
      },
    ],
  });
});

test('or within an embed', async () => {
  const film = await dataOf(
    anon
      .from('films')
      .select('roles(character)')
      .eq('id', 4)
      .or('character.eq.Pumpkin,character.ilike.jules*', { referencedTable: 'roles' })
      .order('character', { referencedTable: 'roles' })
      .single(),
  );
  assert.deepEqual(
    film.roles.map((role) => role.character),
    ['Jules Winnfield', 'Pumpkin'],
  );
});

test('order, limit and range within an embed', async () => {
  const cast = (shape) => shape(anon.from('films').select('roles(actor_id)').in('id', [4, 5]).order('id'));
  const ids = async (request) =>
    (await dataOf(request)).map((film) => film.roles.map((role) => role.actor_id));
  const roles = { referencedTable: 'roles' };
  assert.deepEqual(await ids(cast((films) => films.order('actor_id', { ...roles, ascending: false }))), [
    [7, 5, 4, 3],
    [7, 5],
  ]);
  assert.deepEqual(await ids(cast((films) => films.order('actor_id', roles).limit(1, roles))), [[3], [5]]);
  assert.deepEqual(await ids(cast((films) => films.order('actor_id', roles).range(1, 2, roles))), [
    [4, 5],
    [7],
  ]);
  assert.deepEqual(await ids(cast((films) => films.order('actor_id', roles).limit(0, roles))), [[], []]);
});

test('null filters on embeds: anti-join and join', async () => {
  assert.deepEqual(
    await column('id', anon.from('films').select('id, nominations()').is('nominations', null).order('id')),
    [1, 2, 3, 7],
  );
  assert.deepEqual(
    await column(
      'id',
      anon.from('films').select('id, technical_specs(camera)').not('technical_specs', 'is', null).order('id'),
    ),
    [4, 6],
  );
  assert.deepEqual(await column('id', anon.from('films').select('id, directors(id)').is('directors', null)), [
    7,
  ]);
  assert.deepEqual(
    await column(
      'id',
      anon
        .from('films')
        .select('id, actors()')
        .eq('actors.last_name', 'Roth')
        .not('actors', 'is', null)
        .order('id'),
    ),
    [4, 5],
  );
});

test('or across embeds', async () => {
  const rows = await dataOf(
    anon
      .from('films')
      .select('id, actors(), directors()')
      .eq('actors.first_name', 'Robert')
      .eq('directors.first_name', 'Georges')
      .or('actors.not.is.null,directors.not.is.null')
      .order('id'),
  );
  assert.deepEqual(rows, [{ id: 3 }, { id: 6 }]);
  assert.deepEqual(
    await column(
      'id',
      anon
        .from('films')
        .select('id, nominations(), technical_specs()')
        .or('nominations.is.null,technical_specs.is.null')
        .order('id'),
    ),
    [1, 2, 3, 5, 7],
  );
});

test('an empty embed does not appear', async () => {
  assert.deepEqual(
    await dataOf(anon.from('films').select('title, actors!inner()').eq('actors.last_name', "d'Alcy")),
    [{ title: 'The Haunted Castle' }],
  );
});

test('rows are ordered by a column of their to-one', async () => {
  const ids = (order) => column('id', order(anon.from('films').select('id, directors(last_name)')));
  assert.deepEqual(
    await ids((films) => films.order('directors(last_name)').order('id')),
    [2, 6, 1, 3, 4, 5, 7],
  );
  assert.deepEqual(
    await ids((films) =>
      films.order('directors(last_name)', { ascending: false, nullsFirst: false }).order('id'),
    ),
    [4, 5, 3, 1, 6, 2, 7],
  );
  assert.deepEqual(
    await column(
      'id',
      anon
        .from('films')
        .select('id, specs:technical_specs(minutes)')
        .order('specs(minutes)', { ascending: false, nullsFirst: false })
        .limit(2),
    ),
    [4, 6],
  );
  const film = await dataOf(
    anon
      .from('films')
      .select('roles(actor_id, actors(last_name))')
      .eq('id', 4)
      .order('actors(last_name)', { referencedTable: 'roles' })
      .single(),
  );
  assert.deepEqual(
    film.roles.map((role) => role.actors.last_name),
    ['Jackson', 'Keitel', 'Roth', 'Travolta'],
  );
});

test('a count counts the rows that are left', async () => {
  const { count, error } = await anon
    .from('films')
    .select('id, actors!inner()', { count: 'exact', head: true })
    .eq('actors.last_name', 'Roth');
  assert.equal(error, null);
  assert.equal(count, 2);
});

test('rows cannot be ordered by a to-many', async () => {
  const error = await refusal(
    anon.from('directors').select('id, films(title)').order('films(title)'),
    400,
    'PGRST118',
  );
  assert.match(error.details, /do not form a many-to-one or one-to-one relationship/);
});

test('only an embed that was asked for can be filtered', async () => {
  const error = await refusal(
    anon.from('films').select('id').eq('actors.first_name', 'Tim'),
    400,
    'PGRST108',
  );
  assert.match(error.message, /'actors' is not an embedded resource in this request/);
  assert.match(error.hint, /select/);
  await refusal(
    anon.from('films').select('id').order('title', { referencedTable: 'actors' }),
    400,
    'PGRST108',
  );
});

test('an embed can only be compared with null', async () => {
  await refusal(anon.from('films').select('id, actors(last_name)').eq('actors', 'Roth'), 400, 'PGRST120');
});

// Embedding: rows of related tables within rows, of every kind of relation.
import assert from 'node:assert/strict';
import test from 'node:test';
import { ada, anon, column, dataOf, refusal, service, staff } from './clients.mjs';

const one = (client, table, select, id) => dataOf(client.from(table).select(select).eq('id', id).single());

test('a to-one is an object, or null', async () => {
  assert.deepEqual(await one(anon, 'films', 'title, directors(id, last_name)', 4), {
    title: 'Pulp Fiction',
    directors: { id: 4, last_name: 'Tarantino' },
  });
  assert.deepEqual(await one(anon, 'films', 'id, directors(last_name)', 7), { id: 7, directors: null });
});

test('a to-many is an array, empty when there is none', async () => {
  const rows = await dataOf(
    anon
      .from('directors')
      .select('last_name, films(title)')
      .in('id', [4, 6])
      .order('id')
      .order('year', { referencedTable: 'films' }),
  );
  assert.deepEqual(rows, [
    { last_name: 'Tarantino', films: [{ title: 'Reservoir Dogs' }, { title: 'Pulp Fiction' }] },
    { last_name: 'Yet', films: [] },
  ]);
});

test('a junction makes a many-to-many from both sides', async () => {
  const keitel = await dataOf(
    anon
      .from('actors')
      .select('first_name, films(title)')
      .eq('id', 5)
      .order('title', { referencedTable: 'films' })
      .single(),
  );
  assert.deepEqual(keitel, {
    first_name: 'Harvey',
    films: [{ title: 'Pulp Fiction' }, { title: 'Reservoir Dogs' }],
  });
  const lighthouse = await dataOf(
    anon
      .from('films')
      .select('actors(last_name), competitions(name, year)')
      .eq('id', 6)
      .order('last_name', { referencedTable: 'actors' })
      .single(),
  );
  assert.deepEqual(lighthouse, {
    actors: [{ last_name: 'Dafoe' }, { last_name: 'Pattinson' }],
    competitions: [{ name: 'Cannes', year: 2019 }],
  });
});

test('a one-to-one is an object from both sides', async () => {
  assert.deepEqual(
    await dataOf(anon.from('films').select('id, technical_specs(camera)').in('id', [4, 5]).order('id')),
    [
      { id: 4, technical_specs: { camera: 'Arriflex 35-III' } },
      { id: 5, technical_specs: null },
    ],
  );
  assert.deepEqual(
    await dataOf(anon.from('technical_specs').select('minutes, films(title)').eq('film_id', 6).single()),
    { minutes: 109, films: { title: 'The Lighthouse' } },
  );
});

test('all columns of both tables', async () => {
  assert.deepEqual(await one(anon, 'sites', '*, projects!main_project(*)', 1), {
    id: 1,
    name: 'site one',
    main_project_id: 1,
    projects: { id: 1, name: 'project one' },
  });
});

test('an alias names the embed', async () => {
  assert.deepEqual(await one(anon, 'films', 'name:title, director:directors(surname:last_name)', 4), {
    name: 'Pulp Fiction',
    director: { surname: 'Tarantino' },
  });
});

test('two keys between two tables are ambiguous: 300 with the choices', async () => {
  const error = await refusal(anon.from('orders').select('name, addresses(name)'), 300, 'PGRST201');
  assert.match(error.message, /more than one relationship was found for 'orders' and 'addresses'/);
  assert.match(error.hint, /addresses!billing/);
  assert.match(error.hint, /addresses!shipping/);
  assert.equal(error.details.length, 2);
  for (const choice of error.details) {
    assert.equal(choice.cardinality, 'many-to-one');
    assert.equal(choice.embedding, 'orders with addresses');
    assert.match(
      choice.relationship,
      /(billing|shipping) using orders\((billing|shipping)_address_id\) and addresses\(id\)/,
    );
  }
});

test('a hint chooses among keys: constraint, column, or either in the place of the table', async () => {
  const expected = { billing: { city: 'Dearborn' }, shipping: { city: 'Detroit' } };
  for (const select of [
    'billing:addresses!billing(city), shipping:addresses!shipping(city)',
    'billing:addresses!billing_address_id(city), shipping:addresses!shipping_address_id(city)',
    'billing(city), shipping(city)',
    'billing:billing_address_id(city), shipping:shipping_address_id(city)',
  ]) {
    assert.deepEqual(await one(anon, 'orders', select, 1), expected, select);
  }
  const address = await dataOf(
    anon
      .from('addresses')
      .select('billed:orders!billing(name), shipped:orders!shipping_address_id(name)')
      .eq('id', 1)
      .order('name', { referencedTable: 'billed' })
      .single(),
  );
  assert.deepEqual(address, {
    billed: [{ name: 'Coffee Machine' }, { name: 'Water Filter' }],
    shipped: [{ name: 'Coffee Machine' }],
  });
});

test('a key without a name has the name that PostgreSQL would give it', async () => {
  assert.deepEqual(await one(anon, 'films', 'directors!films_director_id_fkey(last_name)', 6), {
    directors: { last_name: 'Eggers' },
  });
});

test('a hint that fits nothing is refused', async () => {
  const error = await refusal(
    anon.from('films').select('title, directors!nothing(last_name)'),
    400,
    'PGRST200',
  );
  assert.match(error.details, /using the hint 'nothing'/);
});

test('a table is embedded in itself, up and down', async () => {
  assert.deepEqual(
    await one(anon, 'employees', 'name, supervisor:supervisor_id(name, supervisor:supervisor_id(name))', 4),
    { name: 'Davis', supervisor: { name: 'Miller', supervisor: { name: 'Taylor' } } },
  );
  const expected = { name: 'Taylor', reports: [{ name: 'Johnson' }, { name: 'Miller' }] };
  for (const reports of ['employees!supervisor_id', 'employees']) {
    assert.deepEqual(
      await dataOf(
        anon
          .from('employees')
          .select(`name, reports:${reports}(name)`)
          .eq('id', 1)
          .order('name', { referencedTable: 'reports' })
          .single(),
      ),
      expected,
    );
  }
});

test('a function is a relationship', async () => {
  assert.deepEqual(await one(anon, 'employees', 'name, chief(name, chief(name))', 4), {
    name: 'Davis',
    chief: { name: 'Miller', chief: { name: 'Taylor' } },
  });
  const taylor = await dataOf(
    anon
      .from('employees')
      .select('name, chief(name), team(name, team(name))')
      .eq('id', 1)
      .order('name', { referencedTable: 'team' })
      .single(),
  );
  assert.deepEqual(taylor, {
    name: 'Taylor',
    chief: null,
    team: [
      { name: 'Johnson', team: [] },
      { name: 'Miller', team: [{ name: 'Davis' }] },
    ],
  });
  const films = anon.from('films').select('id, contemporaries!inner(id)').eq('contemporaries.id', 4);
  assert.deepEqual(await dataOf(films), [{ id: 5, contemporaries: [{ id: 4 }] }]);
});

test('a key and a junction between two tables are told apart by a hint', async () => {
  const error = await refusal(anon.from('sites').select('name, projects(name)'), 300, 'PGRST201');
  assert.deepEqual(error.details.map((choice) => choice.cardinality).sort(), ['many-to-many', 'many-to-one']);
  assert.deepEqual(await one(anon, 'sites', 'main:projects!main_project(name)', 1), {
    main: { name: 'project one' },
  });
  const site = await dataOf(
    anon
      .from('sites')
      .select('projects!jobs(name)')
      .eq('id', 2)
      .order('name', { referencedTable: 'projects' })
      .single(),
  );
  assert.deepEqual(site, { projects: [{ name: 'project one' }, { name: 'project two' }] });
});

test('a key of two columns joins by both', async () => {
  assert.deepEqual(await one(anon, 'screenings', 'held_on, halls(seats)', 2), {
    held_on: '2024-05-01',
    halls: { seats: 80 },
  });
  const halls = await dataOf(
    anon
      .from('halls')
      .select('number, screenings(id)')
      .eq('cinema', 'Astor')
      .order('number')
      .order('id', { referencedTable: 'screenings' }),
  );
  assert.deepEqual(halls, [
    { number: 1, screenings: [{ id: 1 }, { id: 5 }] },
    { number: 2, screenings: [{ id: 2 }] },
  ]);
});

test('embeds nest', async () => {
  const keitel = await dataOf(
    anon
      .from('actors')
      .select('last_name, roles(character, films(title, directors(last_name, films(id))))')
      .eq('id', 5)
      .order('character', { referencedTable: 'roles' })
      .order('id', { referencedTable: 'roles.films.directors.films' })
      .single(),
  );
  const director = { last_name: 'Tarantino', films: [{ id: 4 }, { id: 5 }] };
  assert.deepEqual(keitel, {
    last_name: 'Keitel',
    roles: [
      { character: 'Mr. White', films: { title: 'Reservoir Dogs', directors: director } },
      { character: 'Winston Wolfe', films: { title: 'Pulp Fiction', directors: director } },
    ],
  });
});

test('one table is embedded twice under two names, each with its own filter', async () => {
  const film = await dataOf(
    anon
      .from('films')
      .select('lead:roles(character), other:roles(character)')
      .eq('id', 6)
      .eq('lead.actor_id', 1)
      .neq('other.actor_id', 1)
      .single(),
  );
  assert.deepEqual(film, { lead: [{ character: 'Thomas Wake' }], other: [{ character: 'Thomas Howard' }] });
});

test('a to-one is spread into its parent', async () => {
  assert.deepEqual(
    await dataOf(
      anon.from('films').select('id, ...directors(director:last_name)').in('id', [6, 7]).order('id'),
    ),
    [
      { id: 6, director: 'Eggers' },
      { id: 7, director: null },
    ],
  );
  const cast = await dataOf(
    anon
      .from('films')
      .select('title, cast:roles(character, ...actors(first_name, last_name))')
      .eq('id', 6)
      .order('character', { referencedTable: 'cast' })
      .single(),
  );
  assert.deepEqual(cast, {
    title: 'The Lighthouse',
    cast: [
      { character: 'Thomas Howard', first_name: 'Robert', last_name: 'Pattinson' },
      { character: 'Thomas Wake', first_name: 'Willem', last_name: 'Dafoe' },
    ],
  });
  assert.deepEqual(
    await dataOf(
      anon.from('roles').select('character, ...films(title, ...directors(last_name))').eq('actor_id', 1),
    ),
    [{ character: 'Thomas Wake', title: 'The Lighthouse', last_name: 'Eggers' }],
  );
});

test('a to-many is spread into arrays', async () => {
  const rows = await dataOf(
    anon
      .from('directors')
      .select('last_name, ...films(titles:title, years:year)')
      .in('id', [4, 6])
      .order('id')
      .order('year', { referencedTable: 'films' }),
  );
  assert.deepEqual(rows, [
    { last_name: 'Tarantino', titles: ['Reservoir Dogs', 'Pulp Fiction'], years: [1992, 1994] },
    { last_name: 'Yet', titles: [], years: [] },
  ]);
  const film = await dataOf(
    anon
      .from('films')
      .select('...actors(cast:last_name)')
      .eq('id', 6)
      .order('last_name', { referencedTable: 'actors' })
      .single(),
  );
  assert.deepEqual(film, { cast: ['Dafoe', 'Pattinson'] });
});

test('JSON, booleans and nulls in an embed are what they are in a table', async () => {
  assert.deepEqual(
    await dataOf(
      anon.from('directors').select('films(in_colour, tags, details->budget, language)').eq('id', 3).single(),
    ),
    { films: [{ in_colour: false, tags: ['short', 'horror'], budget: null, language: null }] },
  );
});

test('a view embeds by the keys of its tables', async () => {
  assert.deepEqual(await one(anon, 'film_cards', 'title, director, directors(first_name)', 4), {
    title: 'Pulp Fiction',
    director: 'Tarantino',
    directors: { first_name: 'Quentin' },
  });
  assert.deepEqual(await one(anon, 'film_cards', 'technical_specs(minutes), roles(count())', 6), {
    technical_specs: { minutes: 109 },
    roles: [{ count: 2 }],
  });
  assert.deepEqual(await one(anon, 'directors', 'last_name, film_cards(title)', 5), {
    last_name: 'Eggers',
    film_cards: [{ title: 'The Lighthouse' }],
  });
});

test('each table of a request is under its own policies', async () => {
  const reviews = (client) =>
    dataOf(
      client
        .from('films')
        .select('id, reviews(id)')
        .in('id', [4, 6])
        .order('id')
        .order('id', { referencedTable: 'reviews' }),
    );
  assert.deepEqual(await reviews(anon), [
    { id: 4, reviews: [{ id: 1 }] },
    { id: 6, reviews: [{ id: 4 }] },
  ]);
  assert.deepEqual(await reviews(ada), [
    { id: 4, reviews: [{ id: 1 }] },
    { id: 6, reviews: [{ id: 3 }, { id: 4 }] },
  ]);
  assert.deepEqual(await reviews(service), [
    { id: 4, reviews: [{ id: 1 }, { id: 2 }] },
    { id: 6, reviews: [{ id: 3 }, { id: 4 }] },
  ]);
  assert.deepEqual(
    await column(
      'id',
      anon.from('films').select('id, reviews!inner()').eq('reviews.author', 'bob').order('id'),
    ),
    [6],
  );
});

test('a column that the role may not read is refused in an embed too', async () => {
  await refusal(anon.from('roles').select('character, actors(fee)'), 401, '42501');
  await refusal(ada.from('roles').select('character, actors(fee)'), 403, '42501');
  await refusal(anon.from('roles').select('character, actors(last_name)').gt('actors.fee', 50), 401, '42501');
  assert.deepEqual(await dataOf(service.from('roles').select('actors(fee)').eq('actor_id', 6).single()), {
    actors: { fee: 5 },
  });
});

test('tables without a relation are refused, with what was probably meant', async () => {
  const error = await refusal(anon.from('films').select('title, director(last_name)'), 400, 'PGRST200');
  assert.match(error.message, /Could not find a relationship between 'films' and 'director'/);
  assert.match(error.hint, /directors/);
  await refusal(anon.from('films').select('title, addresses(name)'), 400, 'PGRST200');
});

test('what is written is answered with its embeds', async () => {
  const film = await dataOf(
    staff
      .from('films')
      .insert({ id: 100, director_id: 5, title: 'The Witch', year: 2015 })
      .select('title, directors(last_name), technical_specs(camera), roles(character)')
      .single(),
  );
  assert.deepEqual(film, {
    title: 'The Witch',
    directors: { last_name: 'Eggers' },
    technical_specs: null,
    roles: [],
  });
  assert.deepEqual(
    await dataOf(
      staff.from('films').update({ director_id: 4 }).eq('id', 100).select('...directors(last_name)'),
    ),
    [{ last_name: 'Tarantino' }],
  );
  assert.deepEqual(
    await dataOf(staff.from('films').delete().eq('id', 100).select('id, directors(last_name)')),
    [{ id: 100, directors: { last_name: 'Tarantino' } }],
  );
});

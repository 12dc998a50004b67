// Errors: their shape, throwOnError(), tokens, requests that are given up or are large.
import assert from 'node:assert/strict';
import test from 'node:test';
import { PostgrestError, anon, as, column, dataOf, refusal } from './clients.mjs';

test('a table that is not there, with what was probably meant', async () => {
  const error = await refusal(anon.from('film').select(), 404, 'PGRST205');
  assert.equal(error.message, "Could not find the table 'public.film' in the schema cache");
  assert.equal(error.hint, "Perhaps you meant the table 'public.films'");
});

test('throwOnError() throws what else would be returned', async () => {
  await assert.rejects(Promise.resolve(anon.from('film').select().throwOnError()), (error) => {
    assert.ok(error instanceof PostgrestError);
    assert.equal(error.code, 'PGRST205');
    assert.match(error.hint, /films/);
    return true;
  });
  await assert.rejects(
    Promise.resolve(anon.from('films').select('id').eq('id', 99).single().throwOnError()),
    { code: 'PGRST116' },
  );
  const { data } = await anon.from('films').select('id').eq('id', 4).throwOnError();
  assert.deepEqual(data, [{ id: 4 }]);
});

test('a token that is not one, or is past', async () => {
  await refusal(as('broken').from('films').select(), 401, 'PGRST301');
  const error = await refusal(as('expired').from('films').select(), 401, 'PGRST303');
  assert.match(error.message, /JWT expired/);
});

test('a preference that nobody knows: an error when strict', async () => {
  const error = await refusal(
    anon.from('films').select().setHeader('Prefer', 'handling=strict, anything'),
    400,
    'PGRST122',
  );
  assert.match(error.details, /anything/);
  assert.equal(
    (await dataOf(anon.from('films').select().setHeader('Prefer', 'handling=lenient, anything'))).length,
    7,
  );
});

test('a role that is not there', async () => {
  await refusal(as('stranger').from('films').select(), 403, '42501');
});

test('a request is given up', async () => {
  const early = await anon.from('films').select().abortSignal(AbortSignal.abort());
  assert.match(early.error.message, /AbortError/);
  const controller = new AbortController();
  const pending = Array.from({ length: 8 }, () =>
    anon
      .from('films')
      .select('*, actors(*)')
      .abortSignal(controller.signal)
      .then((answer) => answer),
  );
  setImmediate(() => controller.abort());
  for (const { error, data } of await Promise.all(pending)) {
    assert.ok(error === null ? data.length === 7 : /AbortError/.test(error.message), JSON.stringify(error));
  }
  assert.equal((await dataOf(anon.from('films').select('id'))).length, 7);
});

test('a list of a thousand values', async () => {
  const ids = Array.from({ length: 1000 }, (_, index) => index + 4);
  assert.deepEqual(
    await column('id', anon.from('films').select('id').in('id', ids).order('id')),
    [4, 5, 6, 7],
  );
});

test('many requests at once', async () => {
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, index) =>
      dataOf(
        anon
          .from('films')
          .select('id')
          .eq('id', (index % 7) + 1)
          .single(),
      ),
    ),
  );
  assert.deepEqual(
    answers.map((answer) => answer.id),
    Array.from({ length: 100 }, (_, index) => (index % 7) + 1),
  );
});

test('deep embedding is bounded: a clear refusal, and the server goes on', async () => {
  const depth = 60;
  const select = `${'supervisor_id('.repeat(depth)}id${')'.repeat(depth)}`;
  const { status, error } = await anon.from('employees').select(select);
  assert.ok(status >= 400 && status < 500, `${status} ${JSON.stringify(error)}`);
  assert.notEqual(error.message, '');
  assert.equal((await dataOf(anon.from('films').select('id'))).length, 7);
});

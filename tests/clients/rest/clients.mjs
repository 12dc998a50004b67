// The clients as npm publishes them, one for each of those who ask, and what to expect of an answer.
//
// test_clients.py starts a server for each file of tests and says in the environment where it is,
// whose tokens there are, and where the packages lie: beside the build, not beside this file.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';

const published = createRequire(`${process.env.CLIENT_PACKAGES}/package.json`);

export const { PostgrestClient, PostgrestError } = published('@supabase/postgrest-js');
export const { createClient } = published('@supabase/supabase-js');
export const { PostgrestClient: PostgrestClient1 } = published('postgrest-js-1');

export const url = process.env.PRODEV_URL;
export const tokens = JSON.parse(process.env.PRODEV_TOKENS);

/** A client of the REST interface with the token of `who`. */
export function as(who, Client = PostgrestClient) {
  return new Client(`${url}/rest/v1`, {
    headers: { apikey: tokens.anon, Authorization: `Bearer ${tokens[who]}` },
  });
}

export const anon = as('anon');
export const ada = as('ada');
export const bob = as('bob');
export const staff = as('staff');
export const service = as('service');

/** What a request that must succeed answers with. */
export async function dataOf(request) {
  const { data, error } = await request;
  assert.equal(error, null, JSON.stringify(error));
  return data;
}

/** The values of one column of what a request answers with. */
export async function column(name, request) {
  return (await dataOf(request)).map((row) => row[name]);
}

/** The error of a request that must be refused with this status and code, in its one shape. */
export async function refusal(request, status, code) {
  const response = await request;
  const { error } = response;
  assert.notEqual(error, null, `not refused: ${JSON.stringify(response.data)}`);
  assert.deepEqual([response.status, error.code], [status, code], JSON.stringify(error));
  assert.deepEqual(Object.keys(error).sort(), ['code', 'details', 'hint', 'message']);
  assert.equal(typeof error.message, 'string');
  assert.notEqual(error.message, '');
  assert.equal(response.data, null);
  return error;
}

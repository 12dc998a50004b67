// supabase-js meets what this version does not serve: it says so, and a session still ends.
import assert from 'node:assert/strict';
import test from 'node:test';
import { createClient, tokens, url } from './clients.mjs';

class NoSocket {}
const client = createClient(url, tokens.anon, {
  auth: { persistSession: false, autoRefreshToken: false },
  realtime: { transport: NoSocket },
});

test('signOut() ends a session, which the server does not keep', async () => {
  const signedIn = await client.auth.signInAnonymously();
  assert.equal(signedIn.error, null);
  assert.notEqual((await client.auth.getSession()).data.session, null);
  assert.equal((await client.auth.signOut()).error, null);
  assert.equal((await client.auth.getSession()).data.session, null);
});

test('each absent protocol says what is missing', async () => {
  const user = await client.auth.getUser(tokens.ada);
  assert.match(user.error.message, /this version of prodev .* keeps no users/);
  assert.equal(user.error.code, 'not_found');
  const files = await client.storage.from('pictures').list();
  assert.match(files.error.message, /this version of prodev stores no files/);
  const called = await client.functions.invoke('greet', { body: { name: 'Ada' } });
  assert.equal(called.error.name, 'FunctionsHttpError');
  assert.match((await called.error.context.json()).message, /this version of prodev runs no edge functions/);
});

// Every filter method of the client, and those operators that it reaches only by filter().
import assert from 'node:assert/strict';
import test from 'node:test';
import { anon, column, refusal } from './clients.mjs';

/** For each name: a filter, and the ids of the films that it lets through. */
function tableOfFilters(cases) {
  for (const [name, filter, expected] of cases) {
    test(name, async () => {
      assert.deepEqual(await column('id', filter(anon.from('films').select('id')).order('id')), expected);
    });
  }
}

tableOfFilters([
  ['eq', (films) => films.eq('year', 1994), [4]],
  ['eq of a text with reserved characters', (films) => films.eq('title', 'Untitled, (draft)'), [7]],
  ['eq of a boolean', (films) => films.eq('in_colour', true), [4, 5]],
  ['neq leaves out nulls', (films) => films.neq('year', 1994), [1, 2, 3, 5, 6]],
  ['gt', (films) => films.gt('rating', 7.4), [4, 5]],
  ['gte', (films) => films.gte('rating', 7.4), [4, 5, 6]],
  ['lt', (films) => films.lt('year', 1895), [2]],
  ['lte', (films) => films.lte('year', 1895), [1, 2]],
  ['several filters are and', (films) => films.gt('year', 1900).lt('rating', 8), [6]],
  ['two filters of one column', (films) => films.gte('year', 1895).lte('year', 1992), [1, 3, 5]],
  ['like with %', (films) => films.like('title', 'The %'), [2, 3, 6]],
  ['like with *', (films) => films.like('title', '*Dogs'), [5]],
  ['like with _', (films) => films.like('title', 'Pul_ %'), [4]],
  ['like minds case', (films) => films.like('title', 'the %'), []],
  ['ilike does not', (films) => films.ilike('title', 'the %'), [2, 3, 6]],
  ['likeAllOf', (films) => films.likeAllOf('title', ['The %', '%Castle']), [3]],
  ['likeAnyOf', (films) => films.likeAnyOf('title', ['Pulp%', '%Dogs']), [4, 5]],
  ['ilikeAllOf', (films) => films.ilikeAllOf('title', ['the %', '%castle']), [3]],
  ['ilikeAnyOf', (films) => films.ilikeAnyOf('title', ['pulp%', '%dogs']), [4, 5]],
  ['regexMatch', (films) => films.regexMatch('title', '^The .*(e|m)$'), [2, 3, 6]],
  ['regexMatch minds case', (films) => films.regexMatch('title', '^the'), []],
  ['regexIMatch', (films) => films.regexIMatch('title', '^the l'), [6]],
  ['is null', (films) => films.is('year', null), [7]],
  ['is true', (films) => films.is('in_colour', true), [4, 5]],
  ['is false', (films) => films.is('in_colour', false), [1, 2, 3, 6]],
  ['is unknown', (films) => films.filter('in_colour', 'is', 'unknown'), [7]],
  ['is not_null', (films) => films.filter('rating', 'is', 'not_null'), [1, 2, 3, 4, 5, 6]],
  ['isDistinct takes null for a value', (films) => films.isDistinct('language', 'english'), [1, 2, 3, 7]],
  ['in', (films) => films.in('id', [1, 3, 99]), [1, 3]],
  [
    'in with values to be quoted',
    (films) => films.in('title', ['Untitled, (draft)', 'Pulp Fiction']),
    [4, 7],
  ],
  ['in of nothing', (films) => films.in('id', []), []],
  ['notIn', (films) => films.notIn('id', [1, 2, 3, 4]), [5, 6, 7]],
  ['contains of an array', (films) => films.contains('tags', ['crime']), [4, 5]],
  ['contains of all of an array', (films) => films.contains('tags', ['horror', 'drama']), [6]],
  ['contains of JSON text', (films) => films.contains('tags', '["short"]'), [1, 2, 3]],
  ['contains of an object', (films) => films.contains('details', { studio: { name: 'Miramax' } }), [4, 5]],
  ['containedBy', (films) => films.containedBy('tags', ['short', 'horror', 'crime']), [1, 2, 3, 7]],
  ['overlaps', (films) => films.overlaps('tags', ['thriller', 'horror']), [3, 5, 6]],
  ['match', (films) => films.match({ language: 'english', year: 2019 }), [6]],
  ['not eq', (films) => films.not('year', 'eq', 1994), [1, 2, 3, 5, 6]],
  ['not is null', (films) => films.not('year', 'is', null), [1, 2, 3, 4, 5, 6]],
  ['not in', (films) => films.not('id', 'in', '(1,2)'), [3, 4, 5, 6, 7]],
  ['not like', (films) => films.not('title', 'like', '%i%'), [3]],
  ['not contains', (films) => films.not('tags', 'cs', '{short}'), [4, 5, 6, 7]],
  ['or', (films) => films.or('id.eq.2,year.gt.2000'), [2, 6]],
  ['or with and within', (films) => films.or('id.eq.1,and(year.gt.1990,rating.gt.8.5)'), [1, 4]],
  ['or with not', (films) => films.or('id.eq.7,not.and(year.gte.1894,year.lte.2018)'), [6, 7]],
  ['or with in and quotes', (films) => films.or('id.in.(1,2),title.eq."Untitled, (draft)"'), [1, 2, 7]],
  ['or beside a filter', (films) => films.or('year.lt.1895,year.gt.2000').eq('language', 'english'), [6]],
  ['two or', (films) => films.or('id.eq.1,id.eq.4').or('id.eq.4,id.eq.5'), [4]],
  ['filter', (films) => films.filter('year', 'gte', 1995), [6]],
  ['filter with not', (films) => films.filter('id', 'not.in', '(1,2,3,4,5)'), [6, 7]],
  ['eq(any)', (films) => films.filter('id', 'eq(any)', '{2,4}'), [2, 4]],
  ['gt(all)', (films) => films.filter('rating', 'gt(all)', '{6.8,7.4}'), [4, 5]],
  ['lte(any)', (films) => films.filter('year', 'lte(any)', '{1894,1895}'), [1, 2]],
  ['match(any)', (films) => films.filter('title', 'match(any)', '{^Pulp,Dogs$}'), [4, 5]],
  ['imatch(all)', (films) => films.filter('title', 'imatch(all)', '{^the,e$}'), [3, 6]],
]);

for (const [name, filter] of [
  ['rangeGt', (films) => films.rangeGt('year', '[1,2]')],
  ['rangeGte', (films) => films.rangeGte('year', '[1,2]')],
  ['rangeLt', (films) => films.rangeLt('year', '[1,2]')],
  ['rangeLte', (films) => films.rangeLte('year', '[1,2]')],
  ['rangeAdjacent', (films) => films.rangeAdjacent('year', '[1,2]')],
]) {
  test(`${name}: there are no ranges, and the answer says so`, async () => {
    const { status, error } = await filter(anon.from('films').select('id'));
    assert.ok(status >= 400 && status < 500, String(status));
    assert.match(`${error.message} ${error.details} ${error.hint}`, /range/i);
  });
}

test('a value that does not fit its column is refused', async () => {
  const error = await refusal(anon.from('films').select().eq('year', 'long ago'), 400, '22P02');
  assert.match(error.message, /invalid input syntax for type (bigint|integer): "long ago"/);
});

test('an operator that does not exist is refused', async () => {
  await refusal(anon.from('films').select().filter('year', 'almost', 1994), 400, 'PGRST100');
});

test('a regular expression that cannot be read is refused', async () => {
  await refusal(anon.from('films').select().regexMatch('title', '(unclosed'), 400, '2201B');
});

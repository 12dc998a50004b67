// What other databases say and SQLite does not, and the way out of each: the tables that
// foreign_spellings.cpp looks into. A row that stands before another one is the first to be tried.
#pragma once

#include <string_view>

namespace prodev::db::foreign {

// As count_matching() takes them.
struct SpellingRow {
  std::string_view tokens;
  std::string_view sentence;
  std::string_view of = {};  // what is made, a word behind CREATE; empty: any statement
};

inline constexpr std::string_view kOneSchema =
    "there is one schema here: leave this out, and write names alone or after public.";
inline constexpr std::string_view kRebuild =
    "SQLite cannot change this of a table that is there: make a new one and move the rows in one "
    "file: CREATE TABLE t_new (...); INSERT INTO t_new SELECT ... FROM t; DROP TABLE t; ALTER "
    "TABLE t_new RENAME TO t";
inline constexpr std::string_view kDropColumn =
    "make the table anew without it and move the rows, in one file: CREATE TABLE t_new (...); "
    "INSERT INTO t_new SELECT ... FROM t; DROP TABLE t; ALTER TABLE t_new RENAME TO t";
inline constexpr std::string_view kDropFirst =
    "DROP it in front, in the same file, and CREATE it again behind as it fits then";
inline constexpr std::string_view kSession =
    "settings of a PostgreSQL session have no meaning here: leave this out";
inline constexpr std::string_view kOwner = "a table has no owner here: leave this out";
inline constexpr std::string_view kSequence =
    "SQLite has no sequences: SERIAL PRIMARY KEY or INTEGER PRIMARY KEY numbers the rows";
inline constexpr std::string_view kOrReplace =
    "SQLite replaces nothing that is there: write DROP ... IF EXISTS in front, and CREATE without "
    "OR REPLACE";
inline constexpr std::string_view kType =
    "SQLite has no types of its own: an enum is a column with a check, status TEXT CHECK (status "
    "IN ('open', 'done')), and a composite type a table";
inline constexpr std::string_view kMaterialized =
    "SQLite has no materialized views: make it a VIEW, or a table that triggers keep";
inline constexpr std::string_view kArrays =
    "SQLite has no arrays: keep '[\"a\", \"b\"]' in a JSON column";
inline constexpr std::string_view kInterval =
    "SQLite has no intervals: write strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-7 days'), which has "
    "the form of now()";
inline constexpr std::string_view kCast = "SQLite has no :: casts: write CAST(value AS type)";
inline constexpr std::string_view kJsonKey =
    "SQLite has no ?: write 'a' IN (SELECT value FROM json_each(c)), of an object SELECT key";
inline constexpr std::string_view kOverlap =
    "SQLite has no &&: write EXISTS (SELECT 1 FROM json_each(a) WHERE value IN (SELECT value FROM "
    "json_each(b)))";
inline constexpr std::string_view kElements = "SQLite says it so: SELECT value FROM json_each(c)";
inline constexpr std::string_view kArrayLength = "SQLite says it so: json_array_length(c)";
inline constexpr std::string_view kObject = "SQLite says it so: json_object('key', value)";
inline constexpr std::string_view kAny =
    "SQLite has no ANY: write IN (...), of a JSON array IN (SELECT value FROM json_each(c))";
inline constexpr std::string_view kAll =
    "SQLite has no ALL: write NOT IN (SELECT ...), or compare with (SELECT max(c) ...)";
inline constexpr std::string_view kFullText =
    "full-text search is CREATE VIRTUAL TABLE ... USING fts5, and MATCH 'words' on it";
inline constexpr std::string_view kPatterns =
    "SQLite has no regular expressions: write LIKE or GLOB, and replace(c, 'a', 'b')";
inline constexpr std::string_view kCaller =
    "there is one user of the database: who calls is in auth.uid() and auth.role()";
inline constexpr std::string_view kTimeText =
    "a time is a text in SQLite: leave the type out in front of it, and write '2030-01-31'";
inline constexpr std::string_view kTrigger =
    "what a trigger does stands in it: CREATE TRIGGER ... BEGIN UPDATE t SET ...; END";
inline constexpr std::string_view kNoFunction =
    "SQLite's are at https://sqlite.org/lang_corefunc.html, and what CREATE FUNCTION makes is for "
    "clients to call: here write its SELECT, in parentheses";
inline constexpr std::string_view kNoBlock =
    "a body is SQL alone, without PL/pgSQL's blocks: leave DECLARE, BEGIN and END out, and write "
    "the statements one after another";
inline constexpr std::string_view kAtomicBody =
    "a body stands in quotes here: write AS $$ SELECT ... $$ in place of BEGIN ATOMIC ... END";
inline constexpr std::string_view kNoLoop =
    "a body is SQL alone and has no loops: one INSERT, UPDATE or DELETE does all its rows";
inline constexpr std::string_view kOwnersRights =
    "a view runs with its owner's rights here, and shows every row that it selects: give it "
    "policies of its own, or ask for auth.uid() in its WHERE";
inline constexpr std::string_view kViewOptions =
    "a view has no options here: leave WITH (...) out; it runs with its owner's rights, and shows "
    "what its own policies let through";
inline constexpr std::string_view kViewCheck =
    "a view has no CHECK OPTION: give it a policy with WITH CHECK (...), which is asked for what "
    "is written through it";
inline constexpr std::string_view kDeleteUsing =
    "SQLite deletes from one table alone: DELETE FROM t WHERE EXISTS (SELECT 1 FROM other WHERE "
    "other.t_id = t.id)";
inline constexpr std::string_view kAlias =
    "SQLite takes a second name of the table that is written behind AS alone: write t AS x";
inline constexpr std::string_view kLength =
    "SQLite takes a length behind a type alone: leave it out, timestamp without time zone";
inline constexpr std::string_view kNoEscapes =
    "SQLite has no E'' strings: write the character itself, or char(10)";
inline constexpr std::string_view kUpsertOfSelect =
    "SQLite takes this ON for that of a join: end the SELECT before it with WHERE true";
inline constexpr std::string_view kNoExclude =
    "SQLite has no EXCLUDE: a BEFORE trigger with SELECT RAISE(ABORT, 'why') refuses a row";
inline constexpr std::string_view kText =
    "SQLite has no such type, and would keep '007' as the number 7: write TEXT";
inline constexpr std::string_view kBytes =
    "SQLite has no such type, and would keep texts and numbers in it: write BLOB";
inline constexpr std::string_view kBits =
    "SQLite has no bit strings, and would keep '011' as the number 11: write TEXT, of one bit "
    "BOOLEAN";
inline constexpr std::string_view kRange =
    "SQLite has no ranges: write two columns, from and to, with CHECK (a_from < a_to)";
inline constexpr std::string_view kShape =
    "SQLite has no geometry: write a column for each number, x REAL, y REAL, or JSON";
inline constexpr std::string_view kFormat = "SQLite formats times with strftime('%Y-%m', c)";

inline constexpr SpellingRow kRefused[] = {
    {"CREATE EXTENSION",
     "SQLite has no extensions to create: leave this out; gen_random_uuid(), JSON and full-text "
     "search (CREATE VIRTUAL TABLE ... USING fts5) are built in"},
    {"DROP EXTENSION", "SQLite has no extensions: leave this out"},
    {"ALTER EXTENSION", "SQLite has no extensions: leave this out"},
    {"CREATE TYPE", kType},
    {"ALTER TYPE", kType},
    {"DROP TYPE", kType},
    {"CREATE DOMAIN", "SQLite has no domains: write the CHECK at each column"},
    {"ALTER DOMAIN", "SQLite has no domains: write the CHECK at each column"},
    {"DROP DOMAIN", "SQLite has no domains: leave this out"},
    {"CREATE SCHEMA", kOneSchema},
    {"ALTER SCHEMA", kOneSchema},
    {"DROP SCHEMA", kOneSchema},
    {"CREATE DATABASE", "a project has one database: leave this out"},
    {"CREATE SEQUENCE", kSequence},
    {"ALTER SEQUENCE", kSequence},
    {"DROP SEQUENCE", kSequence},
    {"CREATE MATERIALIZED", kMaterialized},
    {"DROP MATERIALIZED", kMaterialized},
    {"REFRESH", kMaterialized},
    {"CREATE RECURSIVE VIEW", "SQLite says it so: CREATE VIEW v AS WITH RECURSIVE ... SELECT ..."},
    {"CREATE OR REPLACE VIEW", kOrReplace},
    {"CREATE OR REPLACE TRIGGER", kOrReplace},
    {"CREATE OR REPLACE TABLE", kOrReplace},
    {"CREATE OR REPLACE PROCEDURE",
     "there are no procedures: write CREATE FUNCTION ... LANGUAGE sql"},
    {"CREATE PROCEDURE", "there are no procedures: write CREATE FUNCTION ... LANGUAGE sql"},
    {"CREATE CONSTRAINT TRIGGER",
     "SQLite has no constraint triggers: a BEFORE trigger with SELECT RAISE(ABORT, 'why') refuses "
     "a row"},
    {"CREATE EVENT TRIGGER", "SQLite has no event triggers: leave this out"},
    {"CREATE AGGREGATE", "SQLite's aggregates are built in: leave this out"},
    {"CREATE OPERATOR", "SQLite's operators are built in: leave this out"},
    {"CREATE CAST", "SQLite's casts are built in: leave this out"},
    {"CREATE COLLATION", "SQLite's collations are BINARY, NOCASE and RTRIM: leave this out"},
    {"CREATE STATISTICS", "ANALYZE gathers what SQLite's planner needs: leave this out"},
    {"CREATE TEXT SEARCH", "full-text search is CREATE VIRTUAL TABLE ... USING fts5"},
    {"CREATE RULE", "SQLite has no rules: write a trigger, on a view INSTEAD OF"},
    {"CREATE USER", "users of the database are roles here: CREATE ROLE"},
    {"CREATE GROUP", "users of the database are roles here: CREATE ROLE"},
    {"DROP USER", "users of the database are roles here: DROP ROLE"},
    {"DROP GROUP", "users of the database are roles here: DROP ROLE"},
    {"DROP OWNED", kOwner},
    {"REASSIGN", kOwner},
    {"CREATE UNLOGGED", "SQLite has no unlogged tables: write CREATE TABLE"},
    {"CREATE FOREIGN", "SQLite has no foreign tables: prodev import brings in the rows"},
    {"CREATE SERVER", "SQLite has no foreign tables: prodev import brings in the rows"},
    {"CREATE GLOBAL", "a temporary table ends with the file: write CREATE TABLE"},
    {"CREATE LOCAL", "a temporary table ends with the file: write CREATE TABLE"},
    {"CREATE PUBLICATION", "changes are not published yet: leave this out"},
    {"ALTER PUBLICATION", "changes are not published yet: leave this out"},
    {"CREATE SUBSCRIPTION", "SQLite does not follow other databases: leave this out"},
    {"ALTER VIEW * SET ( security_invoker", kOwnersRights},
    {"ALTER VIEW public . * SET ( security_invoker", kOwnersRights},
    {"ALTER VIEW IF EXISTS * SET ( security_invoker", kOwnersRights},
    {"ALTER VIEW IF EXISTS public . * SET ( security_invoker", kOwnersRights},
    {"ALTER VIEW", "SQLite changes no view: DROP VIEW v; CREATE VIEW v AS ..."},
    {"ALTER INDEX", "SQLite changes no index: DROP INDEX i; CREATE INDEX i ON ..."},
    {"ALTER TRIGGER", "SQLite changes no trigger: DROP TRIGGER t; CREATE TRIGGER t ..."},
    {"ALTER DEFAULT", "there are no default privileges: GRANT them on each table"},
    {"ALTER DATABASE", kSession},
    {"ALTER SYSTEM", kSession},
    {"ALTER ROLE", "a role has no options here: CREATE ROLE name makes one"},
    {"ALTER USER", "a role has no options here: CREATE ROLE name makes one"},
    {"GRANT USAGE", "every role may use the one schema: leave this out"},
    {"REVOKE USAGE", "every role may use the one schema: leave this out"},
    {"GRANT CREATE", "only schema files create: leave this out"},
    {"COPY", "SQLite has no COPY: write INSERT, or bring the rows in with prodev import"},
    {"DO", "SQLite has no DO blocks: write the statements alone"},
    {"SET", kSession},
    {"RESET", kSession},
    {"SHOW", kSession},
    {"USE", "a project has one database: leave this out"},
    {"LOCK", "a schema file runs alone: leave this out"},
    {"UNLOCK", "a schema file runs alone: leave this out"},
    {"TRUNCATE", "SQLite says it so: DELETE FROM t"},
    {"CALL", "there are no procedures: write the statements alone"},
    {"NOTIFY", "SQLite has no NOTIFY: leave this out"},
    {"LISTEN", "SQLite has no LISTEN: leave this out"},
    {"SECURITY", "SQLite has no security labels: leave this out"},
    {"DELIMITER", "SQLite needs no DELIMITER: a trigger ends with END;"},
    {"MERGE", "SQLite says it so: INSERT INTO t ... ON CONFLICT (key) DO UPDATE SET ..."},
    {"\\", "commands of psql have no meaning here: leave this out"},
    {"SELECT pg_catalog . set_config", kSession},
    {"SELECT pg_catalog . setval", kSequence},
    {"SELECT setval", kSequence},
};

// Looked for only where SQLite has refused a statement: the words may be names in others.
inline constexpr SpellingRow kSpellings[] = {
    {"INDEX CONCURRENTLY", "SQLite makes an index at once: leave CONCURRENTLY out"},
    {"EXCLUDE USING", kNoExclude},
    {"EXCLUDE (", kNoExclude},
    {"DELETE FROM * USING", kDeleteUsing},
    {"DELETE FROM * * USING", kDeleteUsing},
    {"DELETE FROM * . * USING", kDeleteUsing},
    {"DELETE FROM * AS * USING", kDeleteUsing},
    {"DELETE * FROM", kDeleteUsing},
    {"UPDATE * JOIN", "SQLite says it so: UPDATE t SET ... FROM other WHERE other.t_id = t.id"},
    {"USING gin",
     "SQLite's indexes are all alike: leave USING out; full-text search is CREATE VIRTUAL TABLE "
     "... USING fts5, and a part of a JSON value is indexed as ON t (json_extract(c, '$.key'))",
     "INDEX"},
    {"USING *", "SQLite's indexes are all alike: leave USING out", "INDEX"},
    {"INCLUDE (",
     "SQLite's indexes have no INCLUDE: add the columns at the end of the index's own"},
    {"EXECUTE FUNCTION",
     "SQLite's triggers hold what they do: CREATE TRIGGER ... BEGIN UPDATE t SET ...; END"},
    {"EXECUTE PROCEDURE",
     "SQLite's triggers hold what they do: CREATE TRIGGER ... BEGIN UPDATE t SET ...; END"},
    {"FOR EACH STATEMENT", "SQLite's triggers run for each row: write FOR EACH ROW"},
    {"INSERT OR UPDATE",
     "SQLite's triggers are for one thing each: write one for INSERT, one for "
     "UPDATE"},
    {"UPDATE OR DELETE",
     "SQLite's triggers are for one thing each: write one for UPDATE, one for "
     "DELETE"},
    {"OR DELETE ON", "SQLite's triggers are for one thing each: write one for each"},
    {"REFERENCING", "SQLite's triggers see their row alone, as NEW and OLD: leave REFERENCING out"},
    {"ON UPDATE CURRENT_TIMESTAMP",
     "SQLite says it with a trigger: CREATE TRIGGER t_touch AFTER UPDATE ON t BEGIN UPDATE t SET "
     "updated_at = now() WHERE id = NEW.id; END"},
    {"AUTO_INCREMENT",
     "SQLite has no AUTO_INCREMENT: INTEGER PRIMARY KEY and SERIAL PRIMARY KEY number rows"},
    {"ENGINE", "a table has no options of MySQL here: leave them out"},
    {"DEFAULT CHARSET", "a table has no options of MySQL here: leave them out"},
    {"CHARSET", "all text is UTF-8: leave CHARSET out"},
    {"CHARACTER SET", "all text is UTF-8: leave CHARACTER SET out"},
    {"COMMENT *", "SQLite has no COMMENT inside: write COMMENT ON, or a -- comment above"},
    {"ENUM (", "SQLite has no ENUM: write TEXT CHECK (c IN ('a', 'b'))"},
    {"KEY * (", "SQLite makes indexes by themselves: CREATE INDEX i ON t (c)"},
    {"INHERITS (", "SQLite's tables do not inherit: write the columns out"},
    {"PARTITION BY", "SQLite has no partitions: make one table with an index"},
    {"PARTITION OF", "SQLite has no partitions: make one table with an index"},
    {"TABLESPACE", "SQLite has no tablespaces: leave TABLESPACE out"},
    {"WITH ( security_invoker", kOwnersRights, "VIEW"},
    {"WITH ( * , security_invoker", kOwnersRights, "VIEW"},
    {"WITH ( * = * , security_invoker", kOwnersRights, "VIEW"},
    {"WITH (", kViewOptions, "VIEW"},
    {"WITH CHECK OPTION", kViewCheck, "VIEW"},
    {"WITH LOCAL CHECK", kViewCheck, "VIEW"},
    {"WITH CASCADED CHECK", kViewCheck, "VIEW"},
    {"WITH (", "a table has no storage options here: leave WITH (...) out", "TABLE"},
    {"WITH (", "an index has no storage options here: leave WITH (...) out", "INDEX"},
    {"NULLS NOT DISTINCT", "SQLite says it so: CREATE UNIQUE INDEX i ON t (coalesce(c, ''))"},
    {") WITHOUT TIME ZONE", kLength},
    {") WITH TIME ZONE", kLength},
    {"NOT VALID", "SQLite checks new rows alone anyway: leave NOT VALID out"},
    {"WITH NO DATA", "SQLite has no materialized views: leave WITH NO DATA out"},
    {"GENERATED ALWAYS AS", "SQLite says it so: c type GENERATED ALWAYS AS (expression) STORED"},
    {"ADD COLUMN IF", "a schema file runs once: leave IF NOT EXISTS out"},
    {"ADD IF", "a schema file runs once: leave IF NOT EXISTS out"},
    {"DROP COLUMN IF", "a schema file runs once: leave IF EXISTS out"},
    {"ALTER TABLE IF", "a schema file runs once: leave IF EXISTS out"},
    {"ALTER TABLE ONLY", "SQLite's tables do not inherit: leave ONLY out"},
    {"ADD UNIQUE", "SQLite adds it as an index: CREATE UNIQUE INDEX i ON t (c)"},
    {"ADD CONSTRAINT * UNIQUE", "SQLite adds it as an index: CREATE UNIQUE INDEX i ON t (c)"},
    {"ADD CONSTRAINT", kRebuild},
    {"ADD PRIMARY", kRebuild},
    {"ADD FOREIGN", kRebuild},
    {"ADD CHECK", kRebuild},
    {"DROP CONSTRAINT", kRebuild},
    {"RENAME CONSTRAINT", kRebuild},
    {"VALIDATE CONSTRAINT", "SQLite's constraints always hold: leave this out"},
    {"ALTER COLUMN", kRebuild},
    {"MODIFY COLUMN", kRebuild},
    {"MODIFY", kRebuild},
    {"CHANGE COLUMN", kRebuild},
    {"OWNER TO", kOwner},
    {"SET SCHEMA", kOneSchema},
    {"REPLICA IDENTITY", "nothing replicates here: leave this out"},
    {"ATTACH PARTITION", "SQLite has no partitions: make one table with an index"},
    {"CLUSTER ON", "SQLite has no CLUSTER: leave this out"},
    {"ENABLE TRIGGER", "SQLite's triggers are always on: leave this out"},
    {"DISABLE TRIGGER", "SQLite's triggers are always on: DROP TRIGGER, and make it again after"},
    {"CASCADE",
     "SQLite drops what is named alone: leave CASCADE out, and drop what needs it first"},
    {"RESTRICT", "SQLite drops what is named alone: leave RESTRICT out"},
    {"@ >", "SQLite has no @>: write EXISTS (SELECT 1 FROM json_each(c) WHERE value = 'x')"},
    {"< @", "SQLite has no <@: write EXISTS (SELECT 1 FROM json_each(c) WHERE value = 'x')"},
    {"@ @", "SQLite has no @@: full-text search is CREATE VIRTUAL TABLE ... USING fts5 and MATCH"},
    {"# >", "SQLite has no #>: write c -> '$.a.b'"},
    {"#", "SQLite has no operator with #: write c -> '$.a.b'"},
    {"! ~", "SQLite has no !~: write NOT LIKE or NOT GLOB"},
    {"~",
     "SQLite has no ~ and no ~*: write GLOB 'a*', or LIKE, which takes upper and lower case for "
     "the same"},
    {"ILIKE", "SQLite has no ILIKE: its LIKE takes upper and lower case for the same"},
    {"SIMILAR TO", "SQLite has no SIMILAR TO: write LIKE or GLOB"},
    {"ARRAY *", kArrays},
    {"[]", kArrays},
    {"[1]", "SQLite has no arrays: of a JSON array the first is c ->> 0"},
    {"INTERVAL *", kInterval},
    {"DATE ''", kTimeText},
    {"TIMESTAMP ''", kTimeText},
    {"TIMESTAMPTZ ''", kTimeText},
    {": :", kCast},
    {"& &", kOverlap},
    {"= >", "SQLite's functions take their arguments in order: leave the names out"},
    {"ANY ( SELECT", "SQLite has no ANY: write IN (SELECT ...)"},
    {"SOME ( SELECT", "SQLite has no SOME: write IN (SELECT ...)"},
    {"UNION ALL (", "SQLite takes no parentheses around a SELECT of a UNION: leave them out"},
    {"UNION (", "SQLite takes no parentheses around a SELECT of a UNION: leave them out"},
    {"ALL (", kAll},
    {"OVERLAPS", "SQLite has no OVERLAPS: write a_start < b_end AND b_start < a_end"},
    {"BETWEEN SYMMETRIC", "SQLite says it so: BETWEEN min(a, b) AND max(a, b)"},
    {"EXTRACT ( * FROM",
     "SQLite says it so: strftime('%s', c), with %Y, %m, %d, %H for the others"},
    {"SUBSTRING ( * FROM", "SQLite says it so: substr(c, start, count)"},
    {"OVERLAY ( * PLACING", "SQLite says it so: substr(c, 1, 3) || 'new' || substr(c, 7)"},
    {"TRIM ( BOTH", "SQLite says it so: trim(c, ' ')"},
    {"TRIM ( LEADING", "SQLite says it so: ltrim(c, ' ')"},
    {"TRIM ( TRAILING", "SQLite says it so: rtrim(c, ' ')"},
    {"AT TIME ZONE", "SQLite has no time zones: keep times in UTC, as now() does"},
    {"DISTINCT ON",
     "SQLite has no DISTINCT ON: number the rows with row_number() OVER (PARTITION BY "
     "...)"},
    {"LATERAL", "SQLite has no LATERAL: write a subquery in the list of results"},
    {"FOR UPDATE", "SQLite has one writer at a time: leave FOR UPDATE out"},
    {"FETCH FIRST", "SQLite says it so: LIMIT 10"},
    {"ON CONSTRAINT", "SQLite names the columns: ON CONFLICT (c)"},
    {"OVERRIDING *", "SQLite takes the value that is given: leave OVERRIDING out"},
    {"ON DUPLICATE KEY", "SQLite says it so: ON CONFLICT (c) DO UPDATE SET ..."},
    {"INSERT IGNORE", "SQLite says it so: INSERT OR IGNORE"},
    {"LIMIT * , *", "SQLite says it so: LIMIT count OFFSET start"},
    {"DEFAULT * (", "SQLite takes a call as a default in parentheses: DEFAULT (lower('A'))"},
    {"DEFAULT * .", "SQLite takes a call as a default in parentheses: DEFAULT (lower('A'))"},
    {"TRUNCATE", "SQLite says it so: DELETE FROM t"},
    {"DECLARE", "a trigger holds INSERT, UPDATE, DELETE and SELECT alone"},
    {"BEGIN SET",
     "a trigger cannot assign to NEW: AFTER INSERT, UPDATE t SET ... WHERE id = NEW.id"},
    {"BEGIN NEW",
     "a trigger cannot assign to NEW: AFTER INSERT, UPDATE t SET ... WHERE id = NEW.id"},
    {"BEGIN IF", "a trigger has no IF: put it into WHEN (condition), or a WHERE"},
    {"UPDATE * * SET", kAlias},
    {"DELETE FROM * * WHERE", kAlias},
    {"INSERT INTO * * (", kAlias},
    {"INSERT INTO * * VALUES", kAlias},
    {"INSERT INTO * * SELECT", kAlias},
};

// Names that SQLite can read and does not know.
inline constexpr SpellingRow kUnknown[] = {
    {"any", kAny},
    {"some", kAny},
    {"all", kAll},
    {"interval", kInterval},
    {"array", kArrays},
    {"array_length", kArrayLength},
    {"cardinality", kArrayLength},
    {"json_array_elements", kElements},
    {"json_array_elements_text", kElements},
    {"jsonb_array_elements", kElements},
    {"jsonb_array_elements_text", kElements},
    {"jsonb_array_length", kArrayLength},
    {"unnest", kElements},
    {"auth.jwt", "it is a function: write auth.jwt()"},
    {"auth.role", "it is a function: write auth.role()"},
    {"auth.uid", "it is a function: write auth.uid()"},
    {"bool_and", "SQLite says it so: min(c)"},
    {"bool_or", "SQLite says it so: max(c)"},
    {"concat", "SQLite says it so: a || b"},
    {"current_catalog", kOneSchema},
    {"current_role", kCaller},
    {"current_schema", kOneSchema},
    {"current_user", kCaller},
    {"session_user", kCaller},
    {"user", kCaller},
    {"date_part", kFormat},
    {"extract", kFormat},
    {"generate_series",
     "SQLite counts so: WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < "
     "10) SELECT i FROM n"},
    {"make_interval", kInterval},
    {"position", "SQLite says it so: instr(c, 'a')"},
    {"strpos", "SQLite says it so: instr(c, 'a')"},
    {"regexp_match", kPatterns},
    {"regexp_matches", kPatterns},
    {"regexp_replace", kPatterns},
    {"row_to_json", kObject},
    {"to_json", kObject},
    {"to_jsonb", kObject},
    {"to_date", "SQLite says it so: date(c)"},
    {"to_number", "SQLite says it so: CAST(c AS NUMERIC)"},
    {"to_tsquery", kFullText},
    {"to_tsvector", kFullText},
    {"phraseto_tsquery", kFullText},
    {"plainto_tsquery", kFullText},
    {"websearch_to_tsquery", kFullText},
    {"ts_rank", kFullText},
    {"age", "SQLite says it so: julianday('now') - julianday(c), in days"},
    {"array_agg", "SQLite says it so: json_group_array(c)"},
    {"json_agg", "SQLite says it so: json_group_array(c)"},
    {"jsonb_agg", "SQLite says it so: json_group_array(c)"},
    {"char_length", "SQLite says it so: length(c)"},
    {"current_setting", "what a caller's token says is in auth.uid(), auth.role() and auth.jwt()"},
    {"date_trunc", kFormat},
    {"gen_random_bytes", "SQLite says it so: randomblob(16)"},
    {"greatest", "SQLite says it so: max(a, b)"},
    {"least", "SQLite says it so: min(a, b)"},
    {"json_build_object", kObject},
    {"jsonb_build_object", kObject},
    {"json_object_agg", "SQLite says it so: json_group_object(key, value)"},
    {"jsonb_object_agg", "SQLite says it so: json_group_object(key, value)"},
    {"left", "SQLite says it so: substr(c, 1, 3)"},
    {"right", "SQLite says it so: substr(c, -3)"},
    {"localtimestamp", "write CURRENT_TIMESTAMP or now()"},
    {"nextval", "SQLite has no sequences: SERIAL PRIMARY KEY numbers the rows"},
    {"string_agg", "SQLite says it so: group_concat(c, ', ')"},
    {"to_char", kFormat},
    {"to_timestamp", "SQLite says it so: datetime(c, 'unixepoch')"},
};

// What begins a statement of PL/pgSQL.
inline constexpr SpellingRow kBody[] = {
    {"BEGIN", kNoBlock},
    {"DECLARE", kNoBlock},
    {"END", kNoBlock},
    {"IF", "a body is SQL alone and has no IF: put the condition into a WHERE, or into CASE WHEN"},
    {"CASE", "a body is SQL alone: CASE WHEN ... END stands inside a SELECT"},
    {"FOR", kNoLoop},
    {"FOREACH", kNoLoop},
    {"LOOP", kNoLoop},
    {"WHILE", kNoLoop},
    {"RETURN NEW", kTrigger},
    {"RETURN OLD", kTrigger},
    {"NEW .", kTrigger},
    {"RETURN", "what the last statement gives is returned: write SELECT in place of RETURN"},
    {"PERFORM", "write SELECT in place of PERFORM"},
    {"EXECUTE", "a body's statements are fixed: write the statement itself"},
    {"RAISE",
     "a body is SQL alone and has no RAISE: a CHECK, or a trigger with SELECT RAISE(ABORT, 'why'), "
     "refuses a row"},
    {"* : =",
     "a body is SQL alone and has no variables: name what is needed twice as WITH name AS (SELECT "
     "...)"},
};

// Schemas of Supabase's that people name.
inline constexpr SpellingRow kSchemas[] = {
    {"auth",
     "there are no accounts here yet, and no tables of auth: keep the user's id as text, user_id "
     "TEXT NOT NULL DEFAULT auth.uid(), without REFERENCES"},
    {"storage", "there is no file storage here yet, and no tables of storage"},
    {"realtime", "changes are not told live here yet, and there are no tables of realtime"},
};

// Types that SQLite reads, and takes for others than they are: for whole numbers (interval, point),
// or for NUMERIC, which makes a number of each text that looks like one.
inline constexpr SpellingRow kTypes[] = {
    {"interval", "SQLite has no intervals: write TEXT, or INTEGER of seconds"},
    {"money", "SQLite has no money: write INTEGER of cents, or DECIMAL"},
    {"bytea", kBytes},
    {"binary", kBytes},
    {"varbinary", kBytes},
    {"citext", "SQLite has no citext: write TEXT COLLATE NOCASE"},
    {"hstore", "SQLite has no hstore: write JSON"},
    {"vector", "SQLite has no vectors: write JSON, or BLOB"},
    {"halfvec", "SQLite has no vectors: write JSON, or BLOB"},
    {"tsvector", kFullText},
    {"tsquery", kFullText},
    {"bit", kBits},
    {"varbit", kBits},
    {"int4range", kRange},
    {"int8range", kRange},
    {"numrange", kRange},
    {"tsrange", kRange},
    {"tstzrange", kRange},
    {"daterange", kRange},
    {"int4multirange", kRange},
    {"int8multirange", kRange},
    {"nummultirange", kRange},
    {"tsmultirange", kRange},
    {"tstzmultirange", kRange},
    {"datemultirange", kRange},
    {"point", kShape},
    {"line", kShape},
    {"lseg", kShape},
    {"box", kShape},
    {"path", kShape},
    {"polygon", kShape},
    {"circle", kShape},
    {"geometry", kShape},
    {"geography", kShape},
    {"name", kText},
    {"string", kText},
    {"inet", kText},
    {"cidr", kText},
    {"macaddr", kText},
    {"macaddr8", kText},
    {"xml", kText},
    {"ltree", kText},
    {"jsonpath", kText},
    {"pg_lsn", kText},
    {"regclass", kText},
    {"regtype", kText},
    {"regproc", kText},
    {"regrole", kText},
};

inline constexpr SpellingRow kRefusals[] = {
    {"unknown datatype for",
     "a STRICT table takes INT, INTEGER, REAL, TEXT, BLOB and ANY; without STRICT timestamptz, "
     "uuid, jsonb and boolean are checked as what they say"},
    {"Cannot add a column with non-constant default",
     "the rows that are there would need it: add the column without it and UPDATE them, or rebuild "
     "the table"},
    {"Cannot add a NOT NULL column", "give it a DEFAULT, for the rows that are there"},
    {"Cannot add a UNIQUE column", "add it without, and CREATE UNIQUE INDEX i ON t (c)"},
    {"Cannot add a PRIMARY KEY column", "rebuild the table with it"},
    {"non-deterministic functions prohibited",
     "what is kept must be the same for everybody and at any time"},
    {"cannot drop UNIQUE column", kDropColumn},
    {"cannot drop PRIMARY KEY column", kDropColumn},
    {"access to pragma_",
     "pragmas tell of the database itself, which statements that run for clients may not ask"},
    {"no such collation sequence", "SQLite's are BINARY, NOCASE and RTRIM: leave COLLATE out"},
    {"unknown database", "there is one schema here: write names alone or after public."},
};

}  // namespace prodev::db::foreign

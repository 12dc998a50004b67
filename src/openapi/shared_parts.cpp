#include "openapi/shared_parts.h"

#include <algorithm>
#include <array>

namespace prodev::openapi {

namespace {

// In these, a reference is written "$ref":"..." without spaces: Components looks for that.
constexpr SharedPart
    kParts
        [] =
            {
                {"securitySchemes", "bearer",
                 R"({"type":"http","scheme":"bearer","bearerFormat":"JWT","description":"A token whose claim `role` says what its bearer may do. Without one, the role is `anon`."})"},
                {"securitySchemes", "apikey",
                 R"({"type":"apiKey","in":"header","name":"apikey","description":"A token, such as the anon key that the server prints at its start. `Authorization` stands above it."})"},

                {"parameters", "select",
                 R"json({"name":"select","in":"query","description":"Which columns, renamed (`title:name`) and cast (`price::text`). Then rows hold these members instead of those of the schema.","schema":{"type":"string"}})json"},
                {"parameters", "order",
                 R"({"name":"order","in":"query","description":"By which columns: `price.desc.nullslast,name`.","schema":{"type":"string"}})"},
                {"parameters", "limit",
                 R"({"name":"limit","in":"query","description":"At most so many rows.","schema":{"type":"integer","minimum":0}})"},
                {"parameters", "offset",
                 R"({"name":"offset","in":"query","description":"How many rows to pass over.","schema":{"type":"integer","minimum":0}})"},
                {"parameters", "or",
                 R"json({"name":"or","in":"query","description":"Filters of which one must hold: `(price.lt.10,name.like.A*)`.","schema":{"type":"string"}})json"},
                {"parameters", "and",
                 R"json({"name":"and","in":"query","description":"Filters that must all hold: `(price.gte.10,price.lt.20)`.","schema":{"type":"string"}})json"},
                {"parameters", "columns",
                 R"({"name":"columns","in":"query","description":"Which members of the body count: `name,price`.","schema":{"type":"string"}})"},
                {"parameters", "on_conflict",
                 R"({"name":"on_conflict","in":"query","description":"The columns of a unique key by which a row counts as there already; the primary key unless given. With `Prefer: resolution`.","schema":{"type":"string"}})"},
                {"parameters", "range",
                 R"({"name":"Range","in":"header","description":"A window of the rows, counted from 0, instead of `limit` and `offset`: `0-19`.","schema":{"type":"string","pattern":"^[0-9]*-[0-9]*$"}})"},
                {"parameters", "range-unit",
                 R"({"name":"Range-Unit","in":"header","description":"The unit of `Range`.","schema":{"type":"string","enum":["items"]}})"},
                {"parameters", "prefer-read",
                 R"({"name":"Prefer","in":"header","description":"`count=exact` adds the number of all rows to `Content-Range`.","schema":{"type":"string"}})"},
                {"parameters", "prefer-write",
                 R"({"name":"Prefer","in":"header","description":"`return=representation` answers with the rows as written, `return=minimal` without; `count=exact` adds their number to `Content-Range`.","schema":{"type":"string"}})"},
                {"parameters", "prefer-insert",
                 R"({"name":"Prefer","in":"header","description":"`return=representation` answers with the rows as written, `return=minimal` without; `resolution=merge-duplicates` updates rows whose key is taken, `resolution=ignore-duplicates` leaves them.","schema":{"type":"string"}})"},

                {"headers", "content-range",
                 R"({"description":"Which rows these are, and of how many: `0-19/*`, `0-19/150` with `count=exact`.","schema":{"type":"string"}})"},
                {"headers", "preference-applied",
                 R"({"description":"The preferences that were followed.","schema":{"type":"string"}})"},
                {"headers", "retry-after",
                 R"({"description":"Seconds to wait before the next try.","schema":{"type":"integer"}})"},
                {"headers", "www-authenticate",
                 R"({"description":"What kind of token is asked for, and what was wrong with the one sent.","schema":{"type":"string"}})"},

                {"schemas", "Error",
                 R"({"title":"Error","description":"Why a request was not carried out.","type":"object","properties":{"code":{"type":"string","description":"A code of PostgREST (PGRST...), an SQLSTATE of PostgreSQL, or a word for what the HTTP server refused."},"message":{"type":"string","description":"What went wrong."},"details":{"type":["string","array","null"],"items":{"type":"object"},"description":"More about it."},"hint":{"type":["string","null"],"description":"How to mend it."}},"required":["code","message","details","hint"],"examples":[{"code":"42703","details":null,"hint":"Perhaps you meant to reference the column \"product.price\".","message":"column product.prize does not exist"}]})"},
                {"schemas", "AuthError",
                 R"({"title":"AuthError","description":"Why signing in was refused.","type":"object","properties":{"code":{"type":"integer","description":"The status."},"error_code":{"type":"string","description":"The reason, for programs."},"msg":{"type":"string","description":"The reason, for people."}},"required":["code","error_code","msg"],"examples":[{"code":400,"error_code":"bad_json","msg":"data must be an object"}]})"},
                {"schemas", "Session",
                 R"({"title":"Session","description":"The tokens of somebody who has signed in.","type":"object","properties":{"access_token":{"type":"string","description":"For `Authorization: Bearer`."},"token_type":{"type":"string","enum":["bearer"]},"expires_in":{"type":"integer","description":"How many seconds the access token is good for."},"expires_at":{"type":"integer","description":"Unix time at which it ends."},"refresh_token":{"type":"string","description":"Gets the next tokens."},"user":{"type":"object","properties":{"id":{"type":"string","format":"uuid"},"aud":{"type":"string"},"role":{"type":"string"},"email":{"type":"string"},"phone":{"type":"string"},"last_sign_in_at":{"type":"string","format":"date-time"},"app_metadata":{"type":"object"},"user_metadata":{"type":"object"},"identities":{"type":"array","items":{"type":"object"}},"created_at":{"type":"string","format":"date-time"},"updated_at":{"type":"string","format":"date-time"},"is_anonymous":{"type":"boolean"}},"required":["id","aud","role"]}},"required":["access_token","token_type","expires_in","refresh_token","user"]})"},

                {"responses", "done",
                 R"({"description":"Done. Without rows.","headers":{"Content-Range":{"$ref":"#/components/headers/content-range"},"Preference-Applied":{"$ref":"#/components/headers/preference-applied"}}})"},
                {"responses", "bad-request",
                 R"({"description":"The request cannot be read, names what is not there, or holds a value that does not fit.","content":{"application/json":{"schema":{"$ref":"#/components/schemas/Error"}}}})"},
                {"responses", "unauthorized",
                 R"({"description":"The token cannot be trusted (PGRST301, PGRST303), or the caller has none and needs one (42501).","headers":{"WWW-Authenticate":{"$ref":"#/components/headers/www-authenticate"}},"content":{"application/json":{"schema":{"$ref":"#/components/schemas/Error"},"example":{"code":"42501","details":null,"hint":null,"message":"permission denied for table customer"}}}})"},
                {"responses", "forbidden",
                 R"({"description":"The caller may not do this (42501).","content":{"application/json":{"schema":{"$ref":"#/components/schemas/Error"},"example":{"code":"42501","details":null,"hint":null,"message":"new row violates row-level security policy for table \"customer\""}}}})"},
                {"responses", "not-found",
                 R"({"description":"There is no such thing, or the caller may not see it.","content":{"application/json":{"schema":{"$ref":"#/components/schemas/Error"},"example":{"code":"PGRST205","details":null,"hint":"Perhaps you meant the table 'public.product'","message":"Could not find the table 'public.prodct' in the schema cache"}}}})"},
                {"responses", "not-acceptable", R"({"description":"One row was asked for and there is not one (PGRST116), or nothing here answers the media type (PGRST107) or schema (PGRST106) asked for.","content":{"application/json":{"schema":{"$ref":"#/components/schemas/Error"},"example":{"code":"PGRST116","details":"The result contains 0 rows","hint":null,"message":"Cannot coerce the result to a single JSON object"}}}})"},
                {"responses", "conflict",
                 R"({"description":"A key is taken (23505), or a row that is referred to is missing or still referred to (23503).","content":{"application/json":{"schema":{"$ref":"#/components/schemas/Error"},"example":{"code":"23505","details":"Key (sku) already exists.","hint":null,"message":"duplicate key value violates unique constraint of table \"product\""}}}})"},
                {"responses", "too-large",
                 R"({"description":"The body, or what would be answered, is larger than the server allows.","content":{"application/json":{"schema":{"$ref":"#/components/schemas/Error"}}}})"},
                {"responses", "range-not-satisfiable",
                 R"({"description":"The window begins past the last row (PGRST103).","content":{"application/json":{"schema":{"$ref":"#/components/schemas/Error"},"example":{"code":"PGRST103","details":"An offset of 100 was requested, but there are only 72 rows.","hint":null,"message":"Requested range not satisfiable"}}}})"},
                {"responses", "unavailable",
                 R"({"description":"The server cannot do this at the moment: try again.","headers":{"Retry-After":{"$ref":"#/components/headers/retry-after"}},"content":{"application/json":{"schema":{"$ref":"#/components/schemas/Error"}}}})"},
                {"responses", "timeout",
                 R"({"description":"It took longer than the server allows (57014).","content":{"application/json":{"schema":{"$ref":"#/components/schemas/Error"},"example":{"code":"57014","details":null,"hint":null,"message":"canceling statement due to statement timeout"}}}})"},
                {"responses", "auth-refused",
                 R"({"description":"Signing in was refused; `error_code` tells why.","content":{"application/json":{"schema":{"$ref":"#/components/schemas/AuthError"}}}})"},
                {"responses", "session",
                 R"({"description":"The tokens.","content":{"application/json":{"schema":{"$ref":"#/components/schemas/Session"}}}})"},
                {"responses", "not-modified",
                 R"({"description":"What `If-None-Match` names is what there is."})"},
};

}  // namespace

std::span<const SharedPart> shared_parts() { return kParts; }

bool is_parameter_name(std::string_view name) {
  static constexpr std::array<std::string_view, 10> kNames = {
      "select", "order",   "limit",  "offset",  "and",
      "or",     "not.and", "not.or", "columns", "on_conflict"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

}  // namespace prodev::openapi

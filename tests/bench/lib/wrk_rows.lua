-- Requests for rows at random, for the database scenarios. Arguments after --:
--   METHOD PATH LAST HIDDEN_EVERY BODY [HEADER VALUE]...
-- {id} in the path becomes a number from 1 to LAST, never a multiple of HIDDEN_EVERY (0: any), and
-- {id15} the same with leading zeros to 15 digits;
-- {n} in the body becomes a number of its own. A path without {id} stays as it is.
-- Every thread has its own seed, the same ones in every run.
dofile(debug.getinfo(1, "S").source:match("^@(.*/)") .. "wrk_report.lua")

local kBodies = 4096 -- made beforehand, so that the load generator leaves the cores to the server

local threads = 0
function setup(thread)
  threads = threads + 1
  thread:set("seed", threads)
end

local pool = {}
local before, after, last, hidden_every
local digits = "%d"

local function escape_replacement(text)
  return (text:gsub("%%", "%%%%"))
end

function init(arguments)
  math.randomseed(seed)
  for i = 6, #arguments, 2 do
    wrk.headers[arguments[i]] = arguments[i + 1]
  end
  wrk.method = arguments[1]
  last, hidden_every = tonumber(arguments[3]), tonumber(arguments[4])
  local body = arguments[5]
  if body ~= "" then
    for i = 1, kBodies do
      local number = escape_replacement(tostring(math.random(100000, 999999)))
      pool[i] = wrk.format(nil, arguments[2], nil, (body:gsub("{n}", number)))
    end
    return
  end
  local whole = wrk.format(nil, arguments[2])
  local from, to, width = whole:find("{id(%d*)}")
  if not from then
    pool[1] = whole
    return
  end
  if width ~= "" then
    digits = "%0" .. width .. "d"
  end
  before, after = whole:sub(1, from - 1), whole:sub(to + 1)
end

function request()
  if not before then
    return pool[math.random(#pool)]
  end
  local id = math.random(last)
  if hidden_every > 0 and id % hidden_every == 0 then
    id = id - 1
  end
  return before .. digits:format(id) .. after
end

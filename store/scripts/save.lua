-- Moves a run.
-- KEYS run, seen, audit log, audit head, audit personal, wake index, open index, unshown index, lists
-- ARGV write, mark life in s (0: no mark), fence (0: none), version expected,
--      gate: status ('' for no gate), hash, now in ms, deadline in ms (0: none), list of who decides (id, e-mail)
--      list of fields and values for the run, id, wake in ms (0: none), created in ms, closed (1 or 0), now in ms,
--      list of the lists' entries, chain
-- Answers OK | SEEN | MISSING | CONFLICT | FENCED | REFUSED why | STALE seq hash
local write, life, fence, version = take(), take(), take(), take()
local from, hash, now, deadline, who = take(), take(), tonumber(take()), tonumber(take()), take_list()
local fields = take_list()
local place = take_place()
local chain = take_chain()

local run = redis.call('HMGET', KEYS[1], 'write', 'version', 'fence', 'status', 'hash', 'self', 'deciders')
if run[1] == write then return {'OK'} end
if life ~= '0' then
  -- The run may have moved on after this write had landed.
  local seen = redis.call('GET', KEYS[2])
  if seen then return {seen == write and 'OK' or 'SEEN'} end
end
if not run[2] then return {'MISSING'} end
if run[2] ~= version then return {'CONFLICT'} end
if fence ~= '0' and run[3] ~= fence then return {'FENCED'} end
if from ~= '' then
  if run[4] ~= from then return {'REFUSED', 'status is ' .. run[4]} end
  if run[5] ~= hash then return {'REFUSED', 'another plan'} end
  if deadline > 0 and now >= deadline then return {'REFUSED', 'too late'} end
  for _, name in ipairs(who) do
    if string.find(run[6], '\n' .. name .. '\n', 1, true) then return {'REFUSED', 'self'} end
    if string.find(run[7], '\n' .. name .. '\n', 1, true) then return {'REFUSED', 'decided before'} end
  end
end
local moved = stale(KEYS[4], chain)
if moved then return moved end

append(KEYS[3], KEYS[4], KEYS[5], chain, write)
redis.call('HSET', KEYS[1], unpack(fields))
if life ~= '0' then redis.call('SET', KEYS[2], write, 'EX', life) end
index(KEYS[6], KEYS[7], KEYS[8], place)
enlist(KEYS[9], KEYS[1], place.lists)
return {'OK'}

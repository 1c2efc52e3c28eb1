-- Turns a draft into a run.
-- KEYS draft, run, seen, audit log, audit head, audit personal, wake index, open index, created index,
--      requester's index, unshown index, lists, draft's secret names, run's secret names, then for each secret: the draft's, the run's
-- ARGV write, mark life in s (0: no mark), draft version expected, listed life in s, secret life in s,
--      list of fields and values for the draft, list of fields and values for the run,
--      id, wake in ms (0: none), created in ms, closed (1 or 0), now in ms, list of the lists' entries,
--      list of name, sealed text read, sealed text to write for each secret,
--      chain
-- Answers OK | SEEN | MISSING | CONFLICT | STALE seq hash
local write, life, version, listed, kept = take(), take(), take(), tonumber(take()), take()
local draft, run = take_list(), take_list()
local place = take_place()
local secrets = take_list()
local chain = take_chain()

if redis.call('HGET', KEYS[2], 'write') == write then return {'OK'} end
if life ~= '0' and redis.call('EXISTS', KEYS[3]) == 1 then return {'SEEN'} end
local now = redis.call('HMGET', KEYS[1], 'version', 'status')
if not now[1] then return {'MISSING'} end
if now[2] == 'used' then return {'SEEN'} end
if now[1] ~= version or redis.call('EXISTS', KEYS[2]) == 1 then return {'CONFLICT'} end
for i = 1, #secrets, 3 do
  local text = redis.call('GET', KEYS[14 + (i - 1) / 3 * 2 + 1])
  if text and text ~= secrets[i + 1] then return {'CONFLICT'} end
end
local moved = stale(KEYS[5], chain)
if moved then return moved end

append(KEYS[4], KEYS[5], KEYS[6], chain, write)
redis.call('HSET', KEYS[1], unpack(draft))
redis.call('HSET', KEYS[2], unpack(run))
if life ~= '0' then redis.call('SET', KEYS[3], write, 'EX', life) end
index(KEYS[7], KEYS[8], KEYS[11], place)
enlist(KEYS[12], KEYS[2], place.lists)
for k = 9, 10 do
  redis.call('ZADD', KEYS[k], place.created, place.id)
  redis.call('ZREMRANGEBYSCORE', KEYS[k], '-inf', string.format('(%.0f', place.created - listed * 1000))
  redis.call('EXPIRE', KEYS[k], string.format('%.0f', listed))
end
for i = 1, #secrets, 3 do
  local from = KEYS[14 + (i - 1) / 3 * 2 + 1]
  local left = redis.call('PTTL', from)
  if left > 0 then
    redis.call('SET', KEYS[14 + (i - 1) / 3 * 2 + 2], secrets[i + 2], 'PX', string.format('%.0f', left))
    redis.call('SADD', KEYS[14], secrets[i])
    redis.call('EXPIRE', KEYS[14], kept)
    redis.call('DEL', from)
  end
end
redis.call('DEL', KEYS[13])
return {'OK'}

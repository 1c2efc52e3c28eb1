-- Saves alerts together with what caused it: a press, or rows of the log.
-- KEYS seen, audit log, audit head, audit personal, wake index, open index, created index, ended index, unshown index,
--      assigned index, new digest, then the rows, then for each alert: the alert, its digest, whose each of its person's keys is
-- ARGV write, mark life in s (0: no mark), row life in s, alert life in s, now in ms, number of rows,
--      list of fields and values for the new digest (empty: none), number of alerts, for each of them:
--        version expected (0: new), id, face, wake in ms, created in ms, end in ms (0: open), place in the assigned index
--        ('': none), list of whose each key is expected to be ('': nobody's; *: it is not taken), list of fields and values
--      chain
-- Answers OK | SEEN | MISSING | CONFLICT | STALE seq hash
local write, life, row_life, kept, now = take(), take(), take(), tonumber(take()), tonumber(take())
local rows, digest, alerts = tonumber(take()), take_list(), {}
local key = 11 + rows
for i = 1, tonumber(take()) do
  alerts[i] = {
    key = KEYS[key + 1], digest = KEYS[key + 2], persons = key + 2,
    version = take(), id = take(), face = take(), wake = take(), created = take(),
    ended = take(), assigned = take(), whose = take_list(), fields = take_list(),
  }
  key = key + 2 + #alerts[i].whose
end
local chain = take_chain()

if life ~= '0' then
  local seen = redis.call('GET', KEYS[1])
  if seen then return {seen == write and 'OK' or 'SEEN'} end
end
for i = 1, rows do
  local seen = redis.call('GET', KEYS[11 + i])
  if seen then return {seen == write and 'OK' or 'SEEN'} end
end
for _, a in ipairs(alerts) do
  local stored = redis.call('HMGET', a.key, 'version', 'write')
  if stored[2] == write then return {'OK'} end
  if a.version ~= '0' and not stored[1] then return {'MISSING'} end
  if (stored[1] or '0') ~= a.version then return {'CONFLICT'} end
  for n, whose in ipairs(a.whose) do
    if whose ~= '*' and (redis.call('GET', KEYS[a.persons + n]) or '') ~= whose then return {'CONFLICT'} end
  end
end
local moved = stale(KEYS[3], chain)
if moved then return moved end

append(KEYS[2], KEYS[3], KEYS[4], chain, write)
if life ~= '0' then redis.call('SET', KEYS[1], write, 'EX', life) end
for i = 1, rows do redis.call('SET', KEYS[11 + i], write, 'EX', row_life) end
if #digest > 0 then redis.call('HSET', KEYS[11], unpack(digest)) end
for _, a in ipairs(alerts) do
  local was = redis.call('HGET', a.key, 'assigned')
  if was and was ~= '' then redis.call('ZREM', KEYS[10], was) end
  redis.call('HSET', a.key, 'write', write, 'assigned', a.assigned, unpack(a.fields))
  if a.version == '0' then redis.call('ZADD', KEYS[7], a.created, a.id) end
  for n, whose in ipairs(a.whose) do
    local person = KEYS[a.persons + n]
    if whose ~= '*' then redis.call('SET', person, a.id) end
    if a.ended ~= '0' and redis.call('GET', person) == a.id then redis.call('EXPIRE', person, row_life) end
  end
  if a.ended ~= '0' then
    redis.call('ZREM', KEYS[5], a.id)
    redis.call('ZREM', KEYS[6], a.id)
    redis.call('ZADD', KEYS[8], a.ended, a.id)
    redis.call('EXPIRE', a.key, string.format('%.0f', kept))
  else
    redis.call('ZADD', KEYS[5], a.wake, a.id)
    redis.call('ZADD', KEYS[6], a.created, a.id)
    if a.assigned ~= '' then redis.call('ZADD', KEYS[10], '0', a.assigned) end
  end
  if a.face ~= a.id then
    redis.call('HINCRBY', a.digest, 'version', 1)
    redis.call('EXPIRE', a.digest, string.format('%.0f', kept))
  end
  redis.call('ZADD', KEYS[9], string.format('%.0f', now), a.face)
end
for _, k in ipairs({7, 8}) do
  redis.call('ZREMRANGEBYSCORE', KEYS[k], '-inf', string.format('(%.0f', now - kept * 1000))
end
return {'OK'}

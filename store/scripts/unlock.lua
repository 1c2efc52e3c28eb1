-- Frees all locks of a run.
-- KEYS locks, locks of the run
-- ARGV run
-- Answers OK
local run = take()
for _, name in ipairs(redis.call('SMEMBERS', KEYS[2])) do
  local by = redis.call('HGET', KEYS[1], name)
  if by and string.match(by, '^(%S+)') == run then redis.call('HDEL', KEYS[1], name) end
end
redis.call('DEL', KEYS[2])
return {'OK'}

-- Takes over drafts whose planning has fallen silent.
-- KEYS drafts being planned
-- ARGV how many at most, life in ms
-- Answers OK draft…
local most, life = take(), tonumber(take())
local now = clock()
local silent = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now), 'LIMIT', 0, most)
for _, draft in ipairs(silent) do
  redis.call('ZADD', KEYS[1], string.format('%.0f', now + life), draft)
end
return {'OK', unpack(silent)}

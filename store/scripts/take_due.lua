-- Takes alerts whose time has come; others find them again after the claim.
-- KEYS wake index, or that of what was not shown
-- ARGV now in ms, claim in ms, how many at most
-- Answers OK alert…
local now, claim, most = take(), tonumber(take()), take()
local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', '0', most)
for _, alert in ipairs(due) do
  redis.call('ZADD', KEYS[1], string.format('%.0f', tonumber(now) + claim), alert)
end
return {'OK', unpack(due)}

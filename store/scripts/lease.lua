-- Takes a run's lease. Its fence is one more than any holder's before.
-- KEYS lease, run
-- ARGV write, owner, life in ms
-- Answers OK fence | HELD | MISSING
local write, owner, life = take(), take(), take()
local held = redis.call('HMGET', KEYS[1], 'write', 'fence')
if held[1] == write then return {'OK', held[2]} end
if held[2] then return {'HELD'} end
if redis.call('EXISTS', KEYS[2]) == 0 then return {'MISSING'} end
local fence = string.format('%.0f', redis.call('HINCRBY', KEYS[2], 'fence', 1))
redis.call('HSET', KEYS[1], 'write', write, 'owner', owner, 'fence', fence)
redis.call('PEXPIRE', KEYS[1], life)
return {'OK', fence}

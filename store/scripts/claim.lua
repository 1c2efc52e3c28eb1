-- Claims a key for the write that comes first.
-- KEYS key
-- ARGV write, life in ms
-- Answers OK | SEEN
local write, life = take(), take()
if redis.call('SET', KEYS[1], write, 'NX', 'PX', life) then return {'OK'} end
return {redis.call('GET', KEYS[1]) == write and 'OK' or 'SEEN'}

-- Ends a turn to draw; the highest version stays.
-- KEYS post
-- ARGV owner, version (0: nothing was drawn)
-- Answers OK
local owner, version = take(), take()
local post = redis.call('HMGET', KEYS[1], 'drawn', 'drawing')
if tonumber(post[1] or '0') < tonumber(version) then redis.call('HSET', KEYS[1], 'drawn', version) end
if post[2] == owner then redis.call('HDEL', KEYS[1], 'turn', 'drawing', 'until') end
return {'OK'}

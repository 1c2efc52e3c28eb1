-- Records that a posted message is no longer where it stood: the next who
-- claims it is told TAKEN, and nothing is drawn on it yet.
-- KEYS post
-- ARGV channel, ts
-- Answers OK | HELD (it stands elsewhere by now, or is being posted)
local channel, ts = take(), take()
local post = redis.call('HMGET', KEYS[1], 'state', 'channel', 'ts')
if post[1] ~= 'posted' or post[2] ~= channel or post[3] ~= ts then return {'HELD'} end
redis.call('HSET', KEYS[1], 'state', 'posting', 'since', '0', 'write', '')
redis.call('HDEL', KEYS[1], 'channel', 'ts', 'drawn', 'turn', 'drawing', 'until')
return {'OK'}

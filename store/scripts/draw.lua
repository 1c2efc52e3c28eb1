-- Takes the turn to draw one version of a run on a posted message.
-- KEYS post
-- ARGV write, owner, version, life of a turn in ms
-- Answers OK | OLD (this version or a newer one is drawn) | BUSY
local write, owner, version, life = take(), take(), tonumber(take()), tonumber(take())
local now = clock()
local post = redis.call('HMGET', KEYS[1], 'drawn', 'turn', 'until')
if post[2] == write then return {'OK'} end
if tonumber(post[1] or '0') >= version then return {'OLD'} end
if post[2] and tonumber(post[3]) > now then return {'BUSY'} end
redis.call('HSET', KEYS[1], 'turn', write, 'drawing', owner, 'until', string.format('%.0f', now + life))
return {'OK'}

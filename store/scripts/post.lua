-- Claims the right to post a message.
-- KEYS post, keys of the run's posts
-- ARGV write, owner, key, life of a claim in ms
-- Answers OK (never claimed before) | TAKEN (another may have posted it: look for it first) | BUSY | POSTED
local write, owner, key, life = take(), take(), take(), tonumber(take())
local now = clock()
local post = redis.call('HMGET', KEYS[1], 'state', 'since', 'write', 'first')
if post[1] == 'posted' then return {'POSTED'} end
if post[3] == write then return {post[4] == write and 'OK' or 'TAKEN'} end
if post[1] == 'posting' and now - tonumber(post[2]) < life then return {'BUSY'} end
redis.call('HSET', KEYS[1], 'state', 'posting', 'owner', owner, 'since', string.format('%.0f', now), 'write', write)
redis.call('HSETNX', KEYS[1], 'first', write)
redis.call('SADD', KEYS[2], key)
return {post[1] and 'TAKEN' or 'OK'}

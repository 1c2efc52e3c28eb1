-- Claims the right to post a message.
-- KEYS post, keys of the run's posts, the run, the alert of that id
-- ARGV write, owner, key, life of a claim in ms, life of a post that shows no run in s
-- Answers OK (never claimed before) | TAKEN (another may have posted it: look for it first) | BUSY | POSTED
--   ERASED (what it would show was erased)
local write, owner, key, life, kept = take(), take(), take(), tonumber(take()), take()
local now = clock()

-- What shows a run stays with it. What shows an alert goes some time after it was
-- last shown.
local function answer(word)
  if redis.call('EXISTS', KEYS[3]) == 0 then
    redis.call('EXPIRE', KEYS[1], kept)
    redis.call('EXPIRE', KEYS[2], kept)
  end
  return {word}
end

local post = redis.call('HMGET', KEYS[1], 'state', 'since', 'write', 'first')
if post[1] == 'posted' then return answer('POSTED') end
if post[3] == write then return answer(post[4] == write and 'OK' or 'TAKEN') end
if post[1] == 'posting' and now - tonumber(post[2]) < life then return answer('BUSY') end
if redis.call('HEXISTS', KEYS[3], 'erased') + redis.call('HEXISTS', KEYS[4], 'erased') > 0 then return {'ERASED'} end
redis.call('HSET', KEYS[1], 'state', 'posting', 'owner', owner, 'since', string.format('%.0f', now), 'write', write)
redis.call('HSETNX', KEYS[1], 'first', write)
redis.call('SADD', KEYS[2], key)
return answer(post[1] and 'TAKEN' or 'OK')

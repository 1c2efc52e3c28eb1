-- Records where a message stands, or that it was certainly not posted.
-- KEYS post, keys of the run's posts
-- ARGV key, owner, channel, ts ('' for both: not posted)
-- Answers OK | HELD (another owner has the claim; only for not posted)
local key, owner, channel, ts = take(), take(), take(), take()
if ts == '' then
  local post = redis.call('HMGET', KEYS[1], 'state', 'owner')
  if post[1] ~= 'posting' or post[2] ~= owner then return {'HELD'} end
  redis.call('DEL', KEYS[1])
  redis.call('SREM', KEYS[2], key)
  return {'OK'}
end
redis.call('HSET', KEYS[1], 'state', 'posted', 'channel', channel, 'ts', ts)
redis.call('SADD', KEYS[2], key)
return {'OK'}

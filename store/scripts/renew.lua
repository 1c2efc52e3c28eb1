-- Holds a run's lease for longer, or with a life of 0 lets go of it; then the
-- fence grows, so that nobody writes under the old one any more. A lease that
-- ran out is held again if nobody has taken it since.
-- KEYS lease, run
-- ARGV owner, fence, life in ms
-- Answers OK | FENCED
local owner, fence, life = take(), take(), take()
if redis.call('HGET', KEYS[2], 'fence') ~= fence then return {'FENCED'} end
if life == '0' then
  redis.call('HINCRBY', KEYS[2], 'fence', 1)
  redis.call('DEL', KEYS[1])
else
  redis.call('HSET', KEYS[1], 'owner', owner, 'fence', fence)
  redis.call('PEXPIRE', KEYS[1], life)
end
return {'OK'}

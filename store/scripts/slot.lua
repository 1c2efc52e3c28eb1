-- Holds a slot for longer, or with a life of 0 lets go of it.
-- KEYS the slot
-- ARGV owner, life in ms
-- Answers OK | FENCED
local owner, life = take(), take()
if redis.call('GET', KEYS[1]) ~= owner then return {'FENCED'} end
if life == '0' then
  redis.call('DEL', KEYS[1])
else
  redis.call('PEXPIRE', KEYS[1], life)
end
return {'OK'}

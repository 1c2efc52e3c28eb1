-- Leases one of the slots for sockets.
-- KEYS the slots
-- ARGV owner, life in ms
-- Answers OK slot (from 0) | HELD
local owner, life = take(), take()
for i, key in ipairs(KEYS) do
  if redis.call('GET', key) == owner then
    redis.call('PEXPIRE', key, life)
    return {'OK', tostring(i - 1)}
  end
end
for i, key in ipairs(KEYS) do
  if redis.call('SET', key, owner, 'NX', 'PX', life) then return {'OK', tostring(i - 1)} end
end
return {'HELD'}

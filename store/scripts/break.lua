-- Takes a lock from the run that is known to hold it, with an audit entry.
-- KEYS locks, locks of that run, seen, audit log, audit head, audit personal
-- ARGV write, lock, run, mark life in s (0: no mark), chain
-- Answers OK | SEEN | MISSING (that run does not hold it any more) | STALE seq hash
local write, name, run, life, chain = take(), take(), take(), take(), take_chain()
if landed(KEYS[5], write) then return {'OK'} end
if life ~= '0' and redis.call('EXISTS', KEYS[3]) == 1 then
  -- Others may have added to the chain after this write had landed.
  return {redis.call('GET', KEYS[3]) == write and 'OK' or 'SEEN'}
end
local by = redis.call('HGET', KEYS[1], name)
if not by or string.match(by, '^(%S+)') ~= run then return {'MISSING'} end
local moved = stale(KEYS[5], chain)
if moved then return moved end
append(KEYS[4], KEYS[5], KEYS[6], chain, write)
redis.call('HDEL', KEYS[1], name)
redis.call('SREM', KEYS[2], name)
if life ~= '0' then redis.call('SET', KEYS[3], write, 'EX', life) end
return {'OK'}

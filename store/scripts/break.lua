-- Takes a lock from the run that is known to hold it, with an audit entry.
-- KEYS locks, locks of that run, audit log, audit head, audit personal
-- ARGV write, lock, run, chain
-- Answers OK | MISSING (that run does not hold it any more) | STALE seq hash
local write, name, run, chain = take(), take(), take(), take_chain()
if landed(KEYS[4], write) then return {'OK'} end
local by = redis.call('HGET', KEYS[1], name)
if not by or string.match(by, '^(%S+)') ~= run then return {'MISSING'} end
local moved = stale(KEYS[4], chain)
if moved then return moved end
append(KEYS[3], KEYS[4], KEYS[5], chain, write)
redis.call('HDEL', KEYS[1], name)
redis.call('SREM', KEYS[2], name)
return {'OK'}

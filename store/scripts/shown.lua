-- Takes a run off the list of those whose newest version nobody has seen yet.
-- KEYS run, unshown index
-- ARGV id, version that is shown
-- Answers OK | CONFLICT where a newer version was saved meanwhile
local id, version = take(), take()
if redis.call('HGET', KEYS[1], 'version') ~= version then return {'CONFLICT'} end
redis.call('ZREM', KEYS[2], id)
return {'OK'}

-- Puts an erased run, or one without the name of somebody, in the place of what
-- is stored.
-- KEYS run, lists
-- ARGV write, version expected, list of fields and values, list of the lists' entries
-- Answers OK | MISSING | CONFLICT
local write, version, fields, lists = take(), take(), take_list(), take_list()
local run = redis.call('HMGET', KEYS[1], 'write', 'version', 'lists')
if run[1] == write then return {'OK'} end
if not run[2] then return {'MISSING'} end
if run[2] ~= version then return {'CONFLICT'} end
redis.call('HSET', KEYS[1], unpack(fields))
-- What is too old to be in the lists does not come back.
if (run[3] or '') ~= '' then enlist(KEYS[2], KEYS[1], lists) end
return {'OK'}

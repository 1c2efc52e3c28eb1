-- Puts an erased run, or one without the name of somebody, in the place of what
-- is stored. One that was erased is to have its messages erased too.
-- KEYS run, lists, set of what was erased and still shows what it said
-- ARGV write, version expected, id where it was erased or nothing, list of fields
--   and values, list of the lists' entries
-- Answers OK | MISSING | CONFLICT
local write, version, erased, fields, lists = take(), take(), take(), take_list(), take_list()
local run = redis.call('HMGET', KEYS[1], 'write', 'version', 'lists')
if run[1] == write then return {'OK'} end
if not run[2] then return {'MISSING'} end
if run[2] ~= version then return {'CONFLICT'} end
redis.call('HSET', KEYS[1], unpack(fields))
if erased ~= '' then redis.call('SADD', KEYS[3], erased) end
-- What is too old to be in the lists does not come back.
if (run[3] or '') ~= '' then enlist(KEYS[2], KEYS[1], lists) end
return {'OK'}

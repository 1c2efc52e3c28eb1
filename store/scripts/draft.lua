-- Stores a draft.
-- KEYS draft
-- ARGV write, version expected (0: there is none), life in ms, list of fields and values
-- Answers OK | CONFLICT
local write, version, life, fields = take(), take(), take(), take_list()
local now = redis.call('HMGET', KEYS[1], 'write', 'version')
if now[1] == write then return {'OK'} end
if (now[2] or '0') ~= version then return {'CONFLICT'} end
redis.call('HSET', KEYS[1], unpack(fields))
redis.call('PEXPIRE', KEYS[1], life)
return {'OK'}

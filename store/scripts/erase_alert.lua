-- Puts an erased alert, or one without the name of somebody, in the place of
-- what is stored. It keeps its time to live. One that was erased is to have its
-- messages erased too.
-- KEYS alert, set of what was erased and still shows what it said, then the keys
--   of its person that lead nowhere from now on
-- ARGV write, version expected, id, "1" where it was erased, list of fields and values
-- Answers OK | MISSING | CONFLICT
local write, version, id, erased, fields = take(), take(), take(), take(), take_list()
local alert = redis.call('HMGET', KEYS[1], 'write', 'version')
if alert[1] == write then return {'OK'} end
if not alert[2] then return {'MISSING'} end
if alert[2] ~= version then return {'CONFLICT'} end
redis.call('HSET', KEYS[1], 'write', write, unpack(fields))
if erased == '1' then redis.call('SADD', KEYS[2], id) end
for i = 3, #KEYS do
  if redis.call('GET', KEYS[i]) == id then redis.call('DEL', KEYS[i]) end
end
return {'OK'}

-- Puts a run into the lists it belongs to, where it was not saved meanwhile.
-- KEYS run, lists
-- ARGV version expected (0: any), list of the lists' entries (empty: into none)
-- Answers OK | CONFLICT
local version, lists = take(), take_list()
if version ~= '0' and redis.call('HGET', KEYS[1], 'version') ~= version then return {'CONFLICT'} end
enlist(KEYS[2], KEYS[1], lists)
return {'OK'}

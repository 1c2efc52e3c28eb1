-- Says that a draft is being planned.
-- KEYS drafts being planned
-- ARGV draft, life in ms, begun or alive (only if it is among them still)
-- Answers OK
local draft, life, how = take(), tonumber(take()), take()
if how == 'alive' and not redis.call('ZSCORE', KEYS[1], draft) then return {'OK'} end
redis.call('ZADD', KEYS[1], string.format('%.0f', clock() + life), draft)
return {'OK'}

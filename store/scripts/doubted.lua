-- Gives back the claim of a message that may have been posted or not: the next
-- who claims it is told TAKEN.
-- KEYS post
-- ARGV owner
-- Answers OK | HELD (another owner has the claim, or it is posted)
local owner = take()
local post = redis.call('HMGET', KEYS[1], 'state', 'owner')
if post[1] ~= 'posting' or post[2] ~= owner then return {'HELD'} end
redis.call('HSET', KEYS[1], 'since', '0', 'write', '')
return {'OK'}

-- Gives the turn to poll back, and moves the cursor on, whoever has the turn by
-- now: what was read was read.
-- KEYS the turn
-- ARGV owner, cursor in ms (0: as it is), whether the log was read (1 or 0)
-- Answers OK
local owner, cursor, read = take(), tonumber(take()), take() == '1'
local turn = redis.call('HMGET', KEYS[1], 'owner', 'cursor')
if turn[1] == owner then redis.call('HDEL', KEYS[1], 'until') end
if cursor > tonumber(turn[2] or '0') then redis.call('HSET', KEYS[1], 'cursor', string.format('%.0f', cursor)) end
if read then redis.call('HSET', KEYS[1], 'read', string.format('%.0f', clock())) end
return {'OK'}

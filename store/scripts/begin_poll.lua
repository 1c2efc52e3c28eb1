-- Gives the turn to poll to one at a time, at most once in a while. Who had it
-- and fell silent has lost it, and the next goes at once.
-- KEYS the turn
-- ARGV owner, time between two turns in ms, life of a turn in ms
-- Answers OK cursor in ms (0: none) | WAIT ms to wait before asking again
local owner, every, life = take(), tonumber(take()), tonumber(take())
local now = clock()
local turn = redis.call('HMGET', KEYS[1], 'owner', 'begun', 'until', 'cursor')
local held = turn[3] and tonumber(turn[3]) - now
-- A clock that was set back must not stop it, here nor below.
if held and held > 0 and held <= life and turn[1] ~= owner then
  return {'WAIT', string.format('%.0f', math.min(held, 250))}
end
local due = turn[2] and not turn[3] and tonumber(turn[2]) + every - now
if due and due > 0 and due <= every then return {'WAIT', string.format('%.0f', due)} end
redis.call('HSET', KEYS[1], 'owner', owner, 'begun', string.format('%.0f', now), 'until', string.format('%.0f', now + life))
return {'OK', turn[4] or '0'}

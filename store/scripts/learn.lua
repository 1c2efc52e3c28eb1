-- Remembers what the vendor says is left.
-- KEYS what the vendor said
-- ARGV left this minute, left this week (either -1: not said), life in s
-- Answers OK
local minute, week, life = take(), take(), take()
local now = string.format('%.0f', clock())
if tonumber(minute) >= 0 then redis.call('HSET', KEYS[1], 'minute', minute, 'at', now) end
if tonumber(week) >= 0 then
  local top = tonumber(redis.call('HGET', KEYS[1], 'top') or '0')
  redis.call('HSET', KEYS[1], 'week', week, 'heard', now, 'top', string.format('%.0f', math.max(top, tonumber(week))))
end
redis.call('EXPIRE', KEYS[1], life)
return {'OK'}

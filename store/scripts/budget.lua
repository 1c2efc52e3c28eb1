-- Takes one call out of a minute's budget: ours, and what the vendor said is
-- left of its own.
-- KEYS calls of the last minute, what the vendor said
-- ARGV write, calls a minute (0: no limit of ours), background (1 or 0), share of background in percent,
--      life in s
-- Answers OK | WAIT ms
local write, limit, background, share, life = take(), tonumber(take()), take() == '1', tonumber(take()), take()
local now, minute = clock(), 60000
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now - minute))
if redis.call('ZSCORE', KEYS[1], write) then return {'OK'} end

local vendor = redis.call('HMGET', KEYS[2], 'minute', 'at', 'week', 'top')
-- In the week's last part, background work stops until the vendor reports more.
if vendor[3] then
  local week, top = tonumber(vendor[3]), tonumber(vendor[4])
  if week <= 0 or background and week < top * (100 - share) / 100 then return {'WAIT', '3600000'} end
end

local used = redis.call('ZCARD', KEYS[1])
-- wait is until the n-th oldest call leaves the window.
local function wait(n)
  local call = redis.call('ZRANGE', KEYS[1], n - 1, n - 1, 'WITHSCORES')
  return {'WAIT', string.format('%.0f', math.max(1, (call[2] or now) + minute - now + 1))}
end
if limit > 0 then
  local mine = background and math.max(1, math.floor(limit * share / 100)) or limit
  if used >= mine then return wait(used - mine + 1) end
end
-- The vendor's count is of the moment it was heard; calls made since come off it.
if vendor[1] and now - tonumber(vendor[2]) < minute then
  local since = redis.call('ZCOUNT', KEYS[1], '(' .. vendor[2], '+inf')
  local reserve = background and limit > 0 and math.ceil(limit * (100 - share) / 100) or 0
  if tonumber(vendor[1]) - since <= reserve then
    return {'WAIT', string.format('%.0f', math.max(1, tonumber(vendor[2]) + minute - now))}
  end
end
redis.call('ZADD', KEYS[1], string.format('%.0f', now), write)
redis.call('EXPIRE', KEYS[1], life)
return {'OK'}

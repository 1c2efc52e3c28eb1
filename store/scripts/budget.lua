-- Takes one call out of a minute's budget: ours, and what the vendor said is
-- left of its own. Background calls are spread over the minute, so that they
-- find their turn soon all the time, and not the whole minute's at its start.
-- KEYS calls of the last two minutes, what the vendor said, when background work has had its share, those of the calls
--      that people wait for
-- ARGV write, calls a minute (0: no limit of ours), background (1 or 0), share of background in percent,
--      calls of the week that background work leaves beside that, part of a minute that it may make at once, life in s,
--      how old news of the week may be before one call asks anew, in ms
-- Answers OK | WAIT ms window
local write, limit, background, share, look = take(), tonumber(take()), take() == '1', tonumber(take()), tonumber(take())
local burst, life, news = tonumber(take()), take(), tonumber(take())
local now, minute = clock(), 60000
local function ms(t) return string.format('%.0f', t) end
for _, calls in ipairs({KEYS[1], KEYS[4]}) do redis.call('ZREMRANGEBYSCORE', calls, '-inf', ms(now - 2 * minute)) end
if redis.call('ZSCORE', KEYS[1], write) then return {'OK'} end

local vendor = redis.call('HMGET', KEYS[2], 'minute', 'at', 'week', 'top', 'heard')
-- In the week's last part, background work stops until the vendor reports more.
-- It reports with answers only, so that one call must be let through to hear it.
local asks = false
if vendor[3] then
  local week, top = tonumber(vendor[3]), tonumber(vendor[4])
  if week <= 0 or background and week < top * (100 - share) / 100 + look then
    local quiet = tonumber(vendor[5] or '0') + news - now
    if quiet > 0 then return {'WAIT', ms(quiet), 'week'} end
    asks = true
  end
end

local opened = '(' .. ms(now - minute)
local used = redis.call('ZCOUNT', KEYS[1], opened, '+inf')
-- wait is until the n-th oldest call leaves the window.
local function wait(n)
  local call = redis.call('ZRANGEBYSCORE', KEYS[1], opened, '+inf', 'WITHSCORES', 'LIMIT', n - 1, 1)
  return math.max(1, tonumber(call[2] or now) + minute - now + 1)
end
-- What is kept for people shrinks as they use it, but for a quarter: they never find the minute full of background work.
local kept = 0
if background and limit > 0 then
  kept = math.ceil(limit * (100 - share) / 100)
  kept = math.max(kept / 4, kept - redis.call('ZCOUNT', KEYS[4], opened, '+inf'))
end
local mine = background and math.max(1, math.floor(limit - kept)) or limit
if limit > 0 and used >= mine then return {'WAIT', ms(wait(used - mine + 1)), 'minute'} end
-- The vendor's count is of the moment it was heard: calls made since come off it, and those that have left its window
-- since are free again.
if vendor[1] and now - tonumber(vendor[2]) < minute then
  local at = tonumber(vendor[2])
  local since = redis.call('ZCOUNT', KEYS[1], '(' .. ms(at), '+inf')
  local back = redis.call('ZCOUNT', KEYS[1], '(' .. ms(at - minute), ms(now - minute))
  local left = tonumber(vendor[1]) + back - since
  if left <= kept then
    return {'WAIT', ms(math.max(1, math.min(at + minute - now, wait(math.ceil(kept - left) + 1)))), 'minute'}
  end
end
if background and limit > 0 then
  local every = minute / math.max(1, math.floor(limit * share / 100))
  local due = math.max(now, tonumber(redis.call('GET', KEYS[3]) or '0'))
  local early = due - now - burst * minute
  if early > 0 then return {'WAIT', ms(math.ceil(early)), 'minute'} end
  redis.call('SET', KEYS[3], string.format('%.3f', due + every), 'EX', life)
end
if asks then redis.call('HSET', KEYS[2], 'heard', ms(now)) end
for _, calls in ipairs(background and {KEYS[1]} or {KEYS[1], KEYS[4]}) do
  redis.call('ZADD', calls, ms(now), write)
  redis.call('EXPIRE', calls, life)
end
return {'OK'}

-- Takes all locks for a run, or none. Those the run has keep their time.
-- KEYS locks, locks of the run
-- ARGV run, now in ms, list of names
-- Answers OK | HELD and for each lock another run holds: name, run, since in ms
local run, now, names = take(), take(), take_list()
local held = {'HELD'}
for _, name in ipairs(names) do
  local by = redis.call('HGET', KEYS[1], name)
  if by then
    local owner, since = string.match(by, '^(%S+) (%d+)$')
    if owner ~= run then
      held[#held + 1], held[#held + 2], held[#held + 3] = name, owner, since
    end
  end
end
if #held > 1 then return held end
for _, name in ipairs(names) do
  redis.call('HSETNX', KEYS[1], name, run .. ' ' .. now)
  redis.call('SADD', KEYS[2], name)
end
return {'OK'}

-- Adds entries to the audit chain that belong to no run.
-- KEYS seen, audit log, audit head, audit personal
-- ARGV write, mark life in s (0: no mark), chain
-- Answers OK | SEEN | STALE seq hash
local write, life, chain = take(), take(), take_chain()
if landed(KEYS[3], write) then return {'OK'} end
if life ~= '0' and redis.call('EXISTS', KEYS[1]) == 1 then
  -- Others may have added to the chain after this write had landed.
  return {redis.call('GET', KEYS[1]) == write and 'OK' or 'SEEN'}
end
local moved = stale(KEYS[3], chain)
if moved then return moved end

append(KEYS[2], KEYS[3], KEYS[4], chain, write)
if life ~= '0' then redis.call('SET', KEYS[1], write, 'EX', life) end
return {'OK'}

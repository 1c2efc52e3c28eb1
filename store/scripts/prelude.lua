-- Begins every script. A script checks all it has to check before its first
-- write, because Redis does not roll back. It answers with a list whose first
-- element is a word: OK, or why nothing was written.

local cursor = 0

-- take returns the next argument.
local function take()
  cursor = cursor + 1
  return ARGV[cursor]
end

-- take_list returns a list written as its length and its elements.
local function take_list()
  local list = {}
  for i = 1, tonumber(take()) do list[i] = take() end
  return list
end

-- clock is Redis's own time in ms: one clock for all replicas.
local function clock()
  local t = redis.call('TIME')
  return t[1] * 1000 + math.floor(t[2] / 1000)
end

-- An addition to the audit chain: the hash it follows, the hash it ends with,
-- the number of its first entry, its lines, and field and value of what is
-- personal in it.
local function take_chain()
  return {from = take(), to = take(), seq = tonumber(take()), lines = take_list(), personal = take_list()}
end

-- stale returns STALE with the true head, where the chain has grown meanwhile.
local function stale(head, chain)
  if #chain.lines == 0 then return nil end
  local now = redis.call('HMGET', head, 'hash', 'seq')
  local hash, seq = now[1] or '', now[2] or '0'
  if hash == chain.from and tonumber(seq) + 1 == chain.seq then return nil end
  return {'STALE', seq, hash}
end

-- landed reports whether this very write was the last addition to the chain.
local function landed(head, write)
  return redis.call('HGET', head, 'write') == write
end

-- append adds what stale found in order.
local function append(log, head, personal, chain, write)
  if #chain.lines == 0 then return end
  for i, line in ipairs(chain.lines) do
    redis.call('XADD', log, string.format('%.0f-0', chain.seq + i - 1), 'e', line)
  end
  redis.call('HSET', head, 'write', write, 'hash', chain.to, 'seq', string.format('%.0f', chain.seq + #chain.lines - 1))
  for i = 1, #chain.personal, 2 do
    redis.call('HSET', personal, chain.personal[i], chain.personal[i + 1])
  end
end

-- take_place returns where a run belongs in the indexes.
local function take_place()
  return {id = take(), wake = take(), created = take(), closed = take() == '1', at = take(), lists = take_list()}
end

-- enlist puts a run into the lists it belongs to, and out of those it has left.
local function enlist(index, run, lists)
  local was, now = redis.call('HGET', run, 'lists') or '', table.concat(lists, ' ')
  if was == now then return end
  for entry in string.gmatch(was, '%S+') do redis.call('ZREM', index, entry) end
  for _, entry in ipairs(lists) do redis.call('ZADD', index, '0', entry) end
  redis.call('HSET', run, 'lists', now)
end

-- index puts a run where Due, the lists and Unshown find it.
local function index(wakes, open, unshown, place)
  local id, wake, created, closed = place.id, place.wake, place.created, place.closed
  redis.call('ZADD', unshown, place.at, id)
  if closed or wake == '0' then
    redis.call('ZREM', wakes, id)
  else
    redis.call('ZADD', wakes, wake, id)
  end
  if closed then
    redis.call('ZREM', open, id)
  else
    redis.call('ZADD', open, created, id)
  end
end

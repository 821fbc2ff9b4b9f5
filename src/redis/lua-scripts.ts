/**
 * Scripts for steps that must be atomic in Redis. All their keys have the identity's name as hash tag, so that they are in
 * one slot of a cluster. Times are milliseconds of the Redis clock, the only one that all replicas share.
 */

/** Callers of one identity whose calls are counted; further ones count as others outside of the gateway. */
export const MOST_CALLERS = 1_000;

const NOW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)`;

/**
 * Quota of one identity. The hash holds the window as the upstream last reported it; the sorted set holds the calls in
 * flight, scored by the time from which they count as lost. Used is the upstream's count plus the calls in flight, although
 * some may be counted already, and at least the number granted. When each replica logs in by itself, the upstream counts
 * each one's calls apart, in separate windows; here all are one account.
 *
 * The second hash holds the calls of each caller, where callers share the quota, as "calls window came": calls of the window
 * with this number, and the number of the window in which the caller came. The field `reserve` counts calls from the reserve.
 */
const QUOTA = `${NOW}
local quota, underWay, callers = KEYS[1], KEYS[2], KEYS[3]
local names = {'count', 'taken', 'allowed', 'ends', 'length', 'held', 'learned', 'refusedAt', 'hadRefusal', 'window'}
local state = {}
for index, value in ipairs(redis.call('HMGET', quota, unpack(names))) do
  state[names[index]] = tonumber(value) or 0
end
local function limit()
  if state.allowed == 0 then return 0 end
  if state.learned > 0 and state.learned < state.allowed then return state.learned end
  return state.allowed
end
local function save(life)
  local fields = {}
  for _, name in ipairs(names) do
    fields[#fields + 1] = name
    fields[#fields + 1] = tostring(state[name])
  end
  redis.call('HSET', quota, unpack(fields))
  redis.call('PEXPIRE', quota, life)
end
local function used()
  local calls = redis.call('ZCOUNT', underWay, now, '+inf')
  return math.max(state.count + calls, state.taken), calls
end
if state.ends > 0 and now >= state.ends then
  local _, calls = used()
  state.count = 0
  state.taken = calls
  state.ends = 0
  state.window = state.window + 1
  if state.hadRefusal == 0 and state.learned > 0 then state.learned = state.learned + math.ceil(state.allowed * 0.1) end
  state.hadRefusal = 0
end
local function partsOf(value)
  local calls, window, came = string.match(value or '', '^(%S+) (%d+) (%d+)$')
  return tonumber(calls) or 0, tonumber(window) or -1, tonumber(came) or -1
end
local function charge(caller, more)
  local calls, window, came = partsOf(redis.call('HGET', callers, caller))
  if window == -1 and redis.call('HLEN', callers) >= ${MOST_CALLERS} then return end
  if window < state.window then calls = 0 end
  if window == -1 or window < state.window - 1 then came = state.window end
  redis.call('HSET', callers, caller, string.format('%.3f %d %d', math.max(0, calls + more), state.window, came))
end
local function tellCallers(reply)
  local all = redis.call('HGETALL', callers)
  reply[6] = state.window
  for index = 1, #all, 2 do
    local _, window = partsOf(all[index + 1])
    if window < state.window - 1 then redis.call('HDEL', callers, all[index])
    else
      reply[#reply + 1] = all[index]
      reply[#reply + 1] = all[index + 1]
    end
  end
  return reply
end
local function told(isGranted)
  local resetMs = -1
  if state.ends > 0 then resetMs = state.ends - now end
  return {isGranted, (used()), limit(), resetMs, math.max(0, state.held - now)}
end`;

/**
 * ARGV: call id, time after which the call counts as lost, lifetime of the keys, both in milliseconds; then, where callers share
 * the quota, the caller's name and 1 if the call is from the reserve.
 */
export const takeScript = `${QUOTA}
redis.call('ZREMRANGEBYSCORE', underWay, '-inf', now)
local isGranted = 1
if state.held > now or (state.allowed > 0 and used() >= limit()) then isGranted = 0 end
if isGranted == 1 then
  state.taken = state.taken + 1
  redis.call('ZADD', underWay, now + ARGV[2], ARGV[1])
  redis.call('PEXPIRE', underWay, ARGV[3])
  if ARGV[4] then
    charge(ARGV[4], 1)
    if ARGV[5] == '1' then charge('reserve', 1) end
    redis.call('PEXPIRE', callers, ARGV[3])
  end
end
save(ARGV[3])
local reply = told(isGranted)
if ARGV[4] then return tellCallers(reply) end
return reply`;

/** Counts calls of a caller beside those that were granted. ARGV: the caller's name, calls, lifetime of the keys. */
export const chargeScript = `${QUOTA}
charge(ARGV[1], tonumber(ARGV[2]))
redis.call('PEXPIRE', callers, ARGV[3])
save(ARGV[3])
return 1`;

export const lookScript = `${QUOTA}
return told(0)`;

/**
 * ARGV: call id, time since its start, 1 if it was made, the upstream's count (-1: not reported), the upstream's limit,
 * time to the window's end, hold after a 429 (-1: no 429), lifetime of the keys; then the caller's name and 1 if the call is from
 * the reserve, as in `takeScript`. Times in milliseconds.
 *
 * Reported seconds are rounded and count from some moment while the call was in flight. Two reports are of the same window
 * when their ends can be equal; the window's end is then the latest of their earliest possible ends, plus a margin. No
 * window begins before the previous one has ended: a later end before then belongs to another token.
 */
export const settleScript = `${QUOTA}
local startedAgo, wasSent, count, allowed, resetMs, refusedMs =
  tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
redis.call('ZREM', underWay, ARGV[1])
if count >= 0 then
  state.length = math.max(state.length, resetMs)
  local tolerance = math.min(2000, state.length / 4)
  local from, to = now - startedAgo + resetMs, now + resetMs
  local isLater = from - tolerance > state.ends
  if state.ends == 0 then
    state.count = count
    state.ends = from + 250
  elseif isLater and now + tolerance >= state.ends then
    state.count = count
    state.taken = redis.call('ZCARD', underWay) + 1
    state.ends = from + 250
    state.window = state.window + 1
  elseif to + tolerance >= state.ends then
    state.count = math.max(state.count, count)
    if not isLater then state.ends = math.max(state.ends, from + 250) end
  end
  state.allowed = math.max(1, allowed)
elseif wasSent == 1 then
  state.count = state.count + 1
else
  state.taken = math.max(0, state.taken - 1)
  if ARGV[9] then
    charge(ARGV[9], -1)
    if ARGV[10] == '1' then charge('reserve', -1) end
  end
end
if refusedMs >= 0 then
  state.held = math.max(state.held, now + math.min(600000, math.max(1000, refusedMs)))
  state.hadRefusal = 1
  if state.allowed > 0 and now - startedAgo >= state.refusedAt and state.count <= limit() then
    state.learned = math.max(1, state.count - 1, math.floor(limit() / 2))
  end
  state.refusedAt = now
end
save(ARGV[8])
return 1`;

/**
 * The upstream accepted a credential. KEYS: its status. ARGV: time of the call, the same with its proof, status lifetime,
 * tolerance of times in the future. A known time in the future is none, so that a forged one does not keep true ones away.
 */
export const acceptScript = `${NOW}
local at, latest = tonumber(ARGV[1]), now + ARGV[4]
local known = redis.call('HMGET', KEYS[1], 'accepted', 'refused')
local accepted = tonumber(string.match(known[1] or '', '^%d+') or 0)
if accepted > latest then accepted = 0 end
if at > (tonumber(known[2] or 0) or 0) and at > accepted and at <= latest then
  redis.call('HSET', KEYS[1], 'accepted', ARGV[2])
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
end
return 1`;

/**
 * The upstream rejected something. KEYS: credential status. ARGV: least lifetime of the status, channel, event, hash fields. The time of a
 * rejection has no proof, because it only withholds.
 */
export const refuseScript = `${NOW}
for index = 4, #ARGV do
  redis.call('HSET', KEYS[1], ARGV[index], now)
  if ARGV[index] == 'refused' then redis.call('HDEL', KEYS[1], 'accepted') end
end
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[1]) then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
redis.call('PUBLISH', ARGV[2], ARGV[3])
return 1`;

/** Releases the leases that this replica still holds. KEYS: leases. ARGV: replica id, channel, event. */
export const releaseScript = `
for _, key in ipairs(KEYS) do
  if redis.call('GET', key) == ARGV[1] then redis.call('DEL', key) end
end
redis.call('PUBLISH', ARGV[2], ARGV[3])
return 1`;

/** Renews the leases that this replica still holds. KEYS: leases. ARGV: replica id, milliseconds. */
export const renewScript = `
for _, key in ipairs(KEYS) do
  if redis.call('GET', key) == ARGV[1] then redis.call('PEXPIRE', key, ARGV[2]) end
end
return 1`;

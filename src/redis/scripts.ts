/**
 * What has to happen in Redis at one moment. Everything that they touch has the identity's name as its hash tag, so that it is in
 * one slot of a cluster. Moments are those of Redis, in milliseconds: it is the one clock that all replicas share.
 */

const NOW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)`;

/**
 * Of one identity's quota: the hash holds the window as the upstream last told of it, the sorted set the calls under way with the
 * moment from which on they count as lost. Used is what the upstream has counted and what is under way, although some of that
 * may have been counted by now; and no less than what was granted. Where each replica logs in by itself, the upstream counts each
 * one's calls apart, in windows of their own: all together they are one account here.
 */
const QUOTA = `${NOW}
local quota, underWay = KEYS[1], KEYS[2]
local names = {'count', 'taken', 'allowed', 'ends', 'length', 'held', 'learned', 'refusedAt', 'hadRefusal'}
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
  if state.hadRefusal == 0 and state.learned > 0 then state.learned = state.learned + math.ceil(state.allowed * 0.1) end
  state.hadRefusal = 0
end
local function told(isGranted)
  local resetMs = -1
  if state.ends > 0 then resetMs = state.ends - now end
  return {isGranted, (used()), limit(), resetMs, math.max(0, state.held - now)}
end`;

/** ARGV: the call's id, after how long it counts as lost, how long all of it is of interest. Both in milliseconds. */
export const takeScript = `${QUOTA}
redis.call('ZREMRANGEBYSCORE', underWay, '-inf', now)
local isGranted = 1
if state.held > now or (state.allowed > 0 and used() >= limit()) then isGranted = 0 end
if isGranted == 1 then
  state.taken = state.taken + 1
  redis.call('ZADD', underWay, now + ARGV[2], ARGV[1])
  redis.call('PEXPIRE', underWay, ARGV[3])
end
save(ARGV[3])
return told(isGranted)`;

export const lookScript = `${QUOTA}
return told(0)`;

/**
 * ARGV: the call's id, how long ago it started, 1 if it was made, what the upstream has counted (-1: nothing was reported), what it
 * allows, until when in milliseconds, how long nothing is to go after a 429 (-1: it was none), how long all of it is of interest.
 *
 * Seconds of a report are rounded, and count from some moment while the call was under way. Two reports are of the same window
 * when their ends can be the same; its end is then the latest at which it can begin anew at the earliest, and a bit more. No
 * window begins before the one before has ended: a later end before then is that of another token.
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
  elseif to + tolerance >= state.ends then
    state.count = math.max(state.count, count)
    if not isLater then state.ends = math.max(state.ends, from + 250) end
  end
  state.allowed = math.max(1, allowed)
elseif wasSent == 1 then
  state.count = state.count + 1
else
  state.taken = math.max(0, state.taken - 1)
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

/** The upstream accepted a credential. KEYS: its standing. ARGV: how long ago the call was sent, how long that is of interest. */
export const acceptScript = `${NOW}
local at = now - ARGV[1]
local known = redis.call('HMGET', KEYS[1], 'accepted', 'refused')
if at > (tonumber(known[2]) or 0) and at > (tonumber(known[1]) or 0) then
  redis.call('HSET', KEYS[1], 'accepted', at)
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return 1`;

/** The upstream refused something. KEYS: the standing. ARGV: how long that is of interest, the channel, the news, the fields. */
export const refuseScript = `${NOW}
for index = 4, #ARGV do
  redis.call('HSET', KEYS[1], ARGV[index], now)
  if ARGV[index] == 'refused' then redis.call('HDEL', KEYS[1], 'accepted') end
end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
redis.call('PUBLISH', ARGV[2], ARGV[3])
return 1`;

/** Gives up leases that are still ours. KEYS: those. ARGV: who we are, the channel, the news. */
export const releaseScript = `
for _, key in ipairs(KEYS) do
  if redis.call('GET', key) == ARGV[1] then redis.call('DEL', key) end
end
redis.call('PUBLISH', ARGV[2], ARGV[3])
return 1`;

/** Goes on holding leases that are still ours. KEYS: those. ARGV: who we are, for how many milliseconds. */
export const renewScript = `
for _, key in ipairs(KEYS) do
  if redis.call('GET', key) == ARGV[1] then redis.call('PEXPIRE', key, ARGV[2]) end
end
return 1`;

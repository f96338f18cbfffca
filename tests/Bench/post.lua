-- The load: POSTs of a small JSON event, over and over: to the address, or to the paths that follow it, in turn. Ends with its own summary, one JSON object on one line.
wrk.method = "POST"
wrk.body = '{"id":"6f1d2c3b","items":[1,2,3],"text":"the quick brown fox jumps over the lazy dog"}'
wrk.headers["Content-Type"] = "application/json"

local paths, turn = {}, 0

init = function(args)
  paths = args
end

request = function()
  if #paths == 0 then return wrk.format() end
  turn = turn % #paths + 1
  return wrk.format(nil, paths[turn])
end

done = function(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '{"requests":%d,"duration":%d,"p50":%.1f,"p99":%.1f,"failed":%d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end

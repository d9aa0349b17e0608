# The seconds of each test in an event stream of swift-testing (version 0, a JSON object a line).
#
# In a parallel run all tests start at once and wait for a thread, so that only the cases of
# parameterized tests have times of their own, summed here; with serial=1 all tests have.
BEGIN { kind = serial ? "test" : "testCase" }

match($0, "\"kind\":\"" kind "(Started|Ended)\"") && match($0, /"absolute":[0-9.]+/) {
    instant = substr($0, RSTART + 11, RLENGTH - 11)
    if (!match($0, /"testID":"[^"]*"/)) next
    name = substr($0, RSTART + 10, RLENGTH - 11)
    gsub(/\\\//, "/", name)
    # The place in the file; suites have none.
    if (!sub(/\/[^\/]*\.swift:[0-9:]*$/, "", name)) next
    ended = index($0, "\"kind\":\"" kind "Ended\"") > 0
    seconds[name] += ended ? instant : -instant
    running[name] += ended ? -1 : 1
}

END {
    for (name in seconds) {
        if (running[name] == 0) printf "%8.1f  %s\n", seconds[name], name
    }
}

package storetest

import (
	"slices"
	"strings"
	"testing"
)

// Lasting are the families of keys that may be in Redis without a time to live,
// each with what bounds it. Anything else that has none is a leak.
func Lasting() map[string]string {
	return map[string]string{
		"run:":            "one for each run, for ever: history outlives the run; its content goes after REGISTRAR_RETENTION",
		"post:":           "of runs alone, a few for each, as the run",
		"posts:":          "of runs alone, one for each, as the run",
		"runs:wake":       "one set of the open runs",
		"runs:open":       "one set of the open runs",
		"runs:unshown":    "one set of what is not shown yet",
		"runs:lists":      "one set of the runs of 30 days; Relist takes out what is older",
		"drafts:planning": "one set of the plans being made",
		"audit:log":       "one stream, for ever: the chain",
		"audit:head":      "one hash: the end of the chain",
		"audit:personal":  "one hash: what is personal in the chain, until erased",
		"audit:expired":   "one number: how far it was erased for its age",
		"erased:unshown":  "one set of what was erased and whose messages still are to be",
		"erased:aged":     "the same of what was erased for its age",
		"locks":           "one hash of the locks that open runs hold",
		"held:":           "one for each open run that holds a lock",
		"alert:":          "one for each open alert; it gets a time to live when it ends",
		"alerts:of:":      "one for each key of an open alert; it gets a time to live when it ends",
		"alerts:poll":     "one hash: whose turn it is to poll",
		"alerts:wake":     "one set of the open alerts",
		"alerts:open":     "one set of the open alerts",
		"alerts:created":  "one set of the alerts of 400 days; each save takes out what is older",
		"alerts:ended":    "one set of the alerts of 400 days; each save takes out what is older",
		"alerts:assigned": "one set of the open alerts that somebody has taken",
		"alerts:unshown":  "one set of what is not shown yet",
	}
}

// queueKeys are those of the queue, whose loss costs only delay: a handful of
// sets and counters, and one hash for each task that waits. A task that is done
// is deleted.
func queueKeys() []string {
	return []string{"asynq:queues", "asynq:servers", "asynq:workers", "asynq:{"}
}

// Family is the one of [Lasting] that a key belongs to, with ok false where it
// is none of them and must have a time to live.
func Family(key string) (family string, ok bool) {
	name, tagged := strings.CutPrefix(key, "{registrar}:")
	if !tagged {
		return "asynq", slices.ContainsFunc(queueKeys(), func(prefix string) bool { return strings.HasPrefix(key, prefix) })
	}
	for family := range Lasting() {
		if name == family || strings.HasSuffix(family, ":") && strings.HasPrefix(name, family) {
			return family, true
		}
	}
	return "", false
}

// KeysThatStay asks a Redis, by a URL like redis://host:port/0, for every key
// without a time to live: how many there are of each family, and those that are
// of none. It asks by itself, so that the store is not judged by its own code.
func KeysThatStay(t testing.TB, redisURL string) (families map[string]int, unknown []string) {
	t.Helper()
	c := dial(t, redisURL)
	defer c.close()
	families = map[string]int{}
	for _, key := range c.keys() {
		if c.do("TTL", key)[0] != "-1" {
			continue
		}
		if family, ok := Family(key); ok {
			families[family]++
		} else {
			unknown = append(unknown, key)
		}
	}
	return families, unknown
}

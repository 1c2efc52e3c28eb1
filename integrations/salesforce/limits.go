package salesforce

import (
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
)

// usage is how much of the org's daily calls is used, as its answers tell.
type usage struct{ used, allowed atomic.Int64 }

// Usage returns how many calls of the last 24 hours the org counts, and how many it allows; 0, 0 before it has told.
func (c *Client) Usage() (used, allowed int) {
	return int(c.usage.used.Load()), int(c.usage.allowed.Load())
}

// learn reads a header like "api-usage=10018/100000; per-app-api-usage=17/250(appName=x)". Keys come and go.
func (c *Client) learn(header http.Header) {
	for part := range strings.SplitSeq(header.Get("Sforce-Limit-Info"), ";") {
		numbers, ours := strings.CutPrefix(strings.TrimSpace(part), "api-usage=")
		before, after, _ := strings.Cut(numbers, "/")
		used, err := strconv.Atoi(before)
		allowed, err2 := strconv.Atoi(after)
		if !ours || err != nil || err2 != nil {
			continue
		}
		c.usage.used.Store(int64(used))
		c.usage.allowed.Store(int64(allowed))
		if c.config.Learned != nil {
			c.config.Learned(used, allowed)
		}
	}
}

package learnupontest

import (
	"net/http"
	"strconv"
	"sync"
	"time"
)

const (
	tooMany   = "Number of requests has exceeded the 1 minute limit"
	tooManyWk = "Number of requests has exceeded the 1 week limit"
)

// limits are the two windows in which a portal counts its calls.
type limits struct {
	mu                 sync.Mutex
	perMinute, perWeek int
	minute, week       window
}

// Limit sets how many calls the portal allows from now on.
func (s *Server) Limit(perMinute, perWeek int) {
	s.limits.mu.Lock()
	defer s.limits.mu.Unlock()
	s.limits.perMinute, s.limits.perWeek = perMinute, perWeek
}

type window struct {
	start time.Time
	used  int
}

func (w *window) roll(now time.Time, length time.Duration) {
	if now.Sub(w.start) >= length {
		*w = window{start: now}
	}
}

// take counts a call. It returns what is left in each window, or why there is nothing.
func (l *limits) take(now time.Time) (minuteLeft, weekLeft int, refused string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.minute.roll(now, time.Minute)
	l.week.roll(now, 7*24*time.Hour)
	switch {
	case l.minute.used >= l.perMinute:
		return 0, 0, tooMany
	case l.week.used >= l.perWeek:
		return 0, 0, tooManyWk
	}
	l.minute.used++
	l.week.used++
	return l.perMinute - l.minute.used, l.perWeek - l.week.used, ""
}

// counted adds the rate headers, which the vendor sends with success only.
type counted struct {
	http.ResponseWriter
	minute, week int
}

func (c *counted) WriteHeader(code int) {
	if code < 300 {
		c.Header().Set("X-LU-Rate-Limit-Remaining-Minute", strconv.Itoa(c.minute))
		c.Header().Set("X-LU-Rate-Limit-Remaining-Week", strconv.Itoa(c.week))
	}
	c.ResponseWriter.WriteHeader(code)
}

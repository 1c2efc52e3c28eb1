package bench

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"registrar/integrations/learnupon/learnupontest"
)

// meter stands before a portal as LearnUpon's own limits do, and is stricter
// than any such can be: no 60 seconds, wherever they begin, may hold more calls
// than a minute allows. It answers no sooner than a portal far away does.
type meter struct {
	perMinute int
	perWeek   int // calls left when it begins; 0: half a million
	latency   time.Duration

	mu      sync.Mutex
	calls   []time.Time     // answered, oldest first
	about   map[string]bool // paths that only runs call; nil: all
	runs    []time.Time     // those of calls that runs made
	refused int
}

// before has the meter count and limit all calls to a portal's API.
func (m *meter) before(portal *learnupontest.Server) {
	const any = 1 << 30 // the fake's own limit is of a minute that begins with a call
	portal.Limit(any, any)
	portal.Around(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if !strings.HasPrefix(r.URL.Path, "/api/v1/") {
			next.ServeHTTP(w, r)
			return
		}
		minute, week, ok := m.take(time.Now(), r.URL.Path)
		time.Sleep(m.latency)
		if !ok {
			w.WriteHeader(http.StatusTooManyRequests)
			_, _ = w.Write([]byte("Number of requests has exceeded the 1 minute limit"))
			return
		}
		next.ServeHTTP(&metered{w, minute, week}, r)
	})
}

func (m *meter) take(now time.Time, path string) (minuteLeft, weekLeft int, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	used, week := len(within(m.calls, now.Add(-time.Minute), now)), cmp.Or(m.perWeek, 500_000)-len(m.calls)
	if used >= m.perMinute || week <= 0 {
		m.refused++
		return 0, 0, false
	}
	m.calls = append(m.calls, now)
	if m.about == nil || m.about[path] {
		m.runs = append(m.runs, now)
	}
	return m.perMinute - used - 1, week - 1, true
}

// metered says what is left as LearnUpon does: with success only.
type metered struct {
	http.ResponseWriter
	minute, week int
}

func (m *metered) WriteHeader(status int) {
	if status < 300 {
		m.Header().Set("X-LU-Rate-Limit-Remaining-Minute", strconv.Itoa(m.minute))
		m.Header().Set("X-LU-Rate-Limit-Remaining-Week", strconv.Itoa(m.week))
	}
	m.ResponseWriter.WriteHeader(status)
}

// reading is what a meter saw for a while.
type reading struct {
	calls   int
	runs    int // of them that runs made
	refused int // since the meter began
	first   time.Time
	lasted  time.Duration
	most    int // calls within any 60 s
}

// between reads what was called from one moment to another.
func (m *meter) between(from, to time.Time) reading {
	m.mu.Lock()
	defer m.mu.Unlock()
	calls := within(m.calls, from, to)
	r := reading{calls: len(calls), runs: len(within(m.runs, from, to)), refused: m.refused, lasted: to.Sub(from)}
	if len(calls) > 0 {
		r.first = calls[0]
	}
	for i, at := range calls {
		r.most = max(r.most, len(within(calls[i:], at, at.Add(time.Minute))))
	}
	return r
}

// within is the part of a list, oldest first, from one moment to another.
func within(list []time.Time, from, to time.Time) []time.Time {
	first, _ := slices.BinarySearchFunc(list, from, time.Time.Compare)
	last, _ := slices.BinarySearchFunc(list, to, time.Time.Compare)
	return list[first:last]
}

// share is the part of the calls that runs may make which they made.
func (r reading) share(perMinute int) float64 {
	return float64(r.runs) / (float64(perMinute) * 0.8 * r.lasted.Minutes())
}

// fairly fails the test where the vendor had to refuse a call.
func (r reading) fairly(t *testing.T, perMinute int) {
	t.Helper()
	if r.refused > 0 {
		t.Errorf("the portal refused %d calls (429); at most %d came within 60 s, %d are allowed", r.refused, r.most, perMinute)
	}
}

// runsCall says which paths only runs call.
func (m *meter) runsCall(paths map[string]bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.about = paths
}

// left is how many calls of the week there are still.
func (m *meter) left() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return cmp.Or(m.perWeek, 500_000) - len(m.calls)
}

// refusals is how many calls were refused.
func (m *meter) refusals() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.refused
}

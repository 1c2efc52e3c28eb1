// Package resttest is what the fakes of vendors have in common: an HTTP server,
// a journal of the calls that came, and the faults arranged for calls to come.
//
// It knows no vendor, and it does not import testing, because the demo runs the
// fakes too.
package resttest

import (
	"net/http"
	"slices"
	"sync"
	"time"
)

// Fault makes calls go wrong. What is left out stays as it would have been.
type Fault struct {
	Method string // "": any
	Route  string // a route as in Call; "": any
	Times  int    // how many calls; 0: all until Heal

	Delay      time.Duration // before anything happens
	Hang       bool          // never answer, until the caller or the server gives up
	Status     int           // answer with this instead
	Code       string        // with Status: the vendor's error code, where it has such; "": one that fits
	Body       string        // with Status: this instead of an error body that fits; "<…" is sent as HTML
	RetryAfter string        // a Retry-After header
	Apply      bool          // with Status or Cut: do what was asked all the same
	Cut        bool          // break the connection in the middle of the answer
}

// Call is a request a fake saw.
type Call struct {
	Method string
	Route  string // a template such as "/users/{id}"; "": there is no such route
	Path   string
	Query  string // the query in the vendor's language, if any
	Status int    // 0: no answer
	Key    bool   // came with credentials
}

// Journal keeps what was called, and what is to go wrong. The zero value is
// empty. It is safe for concurrent use.
type Journal struct {
	mu     sync.Mutex
	calls  []Call
	faults []*Fault
	freed  chan struct{} // closed to let hanging calls go
}

// Fail arranges a fault. The first one that fits a call is used.
func (j *Journal) Fail(f Fault) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.faults = append(j.faults, &f)
}

// Heal ends all faults and lets hanging calls go.
func (j *Journal) Heal() {
	j.mu.Lock()
	j.faults = nil
	j.mu.Unlock()
	j.Release()
}

// Calls returns the calls so far, in the order in which they were answered.
func (j *Journal) Calls() []Call {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.calls)
}

// Count returns how often a route was called.
func (j *Journal) Count(method, route string) int {
	n := 0
	for _, c := range j.Calls() {
		if c.Method == method && c.Route == route {
			n++
		}
	}
	return n
}

// ResetCalls forgets the calls so far.
func (j *Journal) ResetCalls() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.calls = nil
}

// Add writes down a call that was answered.
func (j *Journal) Add(c Call) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.calls = append(j.calls, c)
}

// Fault takes the fault that a call is to meet, or nil.
func (j *Journal) Fault(method, route string) *Fault {
	j.mu.Lock()
	defer j.mu.Unlock()
	for i, f := range j.faults {
		if f.Method != "" && f.Method != method || f.Route != "" && f.Route != route {
			continue
		}
		hit := *f
		if f.Times == 1 {
			j.faults = slices.Delete(j.faults, i, i+1)
		} else if f.Times > 1 {
			f.Times--
		}
		return &hit
	}
	return nil
}

// Release lets hanging calls go.
func (j *Journal) Release() {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.freed != nil {
		close(j.freed)
		j.freed = nil
	}
}

// freedom is closed when hanging calls are to be let go.
func (j *Journal) freedom() <-chan struct{} {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.freed == nil {
		j.freed = make(chan struct{})
	}
	return j.freed
}

// Linger waits as long as the fault says, and reports whether to go on.
func (j *Journal) Linger(f *Fault, r *http.Request) bool {
	if f.Hang {
		select {
		case <-j.freedom():
		case <-r.Context().Done():
		}
		return false
	}
	if f.Delay > 0 {
		timer := time.NewTimer(f.Delay)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-r.Context().Done():
			return false
		}
	}
	return true
}

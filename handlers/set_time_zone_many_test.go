package handlers_test

import (
	"errors"
	"net/http"
	"sync"
	"testing"
	"time"

	"registrar/integrations/learnupon/learnupontest"
)

// together lets calls of a method to a portal go on only once so many of them
// are under way.
func together(portal *learnupontest.Server, method string, n int) {
	var mu sync.Mutex
	enough := make(chan struct{})
	portal.Around(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.Method == method {
			mu.Lock()
			if n--; n == 0 {
				close(enough)
			}
			mu.Unlock()
			select {
			case <-enough:
			case <-time.After(30 * time.Second): // longer than a call may take
			}
		}
		next.ServeHTTP(w, r)
	})
}

// LearnUpon takes so long to answer that one call after the other would not use
// what it allows.
func TestSetTimeZoneOfSomeAtATime(t *testing.T) {
	for _, method := range []string{http.MethodGet, http.MethodPut} {
		w := newWorld(t)
		typed := everybodyInDenver(4)(w)
		p := w.mustPlan("set-time-zone", typed)
		together(w.academy, method, 4)
		if err := w.newRun(typed, w.copiesLink).apply("set-time-zone", p); err != nil {
			t.Errorf("%s: %v", method, err)
		}
	}
}

// Where one account was refused and another one may have been changed, it is the
// other one that a person has to look at.
func TestSetTimeZoneInDoubtBesideARefusal(t *testing.T) {
	for _, first := range []int{http.StatusBadRequest, http.StatusBadGateway} {
		w := newWorld(t)
		typed := everybodyInDenver(2)(w)
		p := w.mustPlan("set-time-zone", typed)
		together(w.academy, http.MethodPut, 2)
		for _, status := range []int{first, http.StatusBadRequest + http.StatusBadGateway - first} {
			w.academy.Fail(learnupontest.Fault{Method: http.MethodPut, Status: status, Times: 1})
		}
		err := w.newRun(typed, w.copiesLink).apply("set-time-zone", p)
		var doubt interface{ Unsure() bool }
		if !errors.As(err, &doubt) || !doubt.Unsure() {
			t.Errorf("%v; want the one in doubt", err)
		}
	}
}

package engine

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"registrar/bot/runbook"
)

// TestFile: what becomes of a run whose first step saves a file, when posting
// it is answered badly. Nothing is written before the file is there.
func TestFile(t *testing.T) {
	tests := []struct {
		name   string
		reply  error
		status Status
		files  int
	}{
		{"posted", nil, WaitingOnPerson, 1},
		{"a lost reply", errLost, WaitingOnPerson, 1},
		{"busy, then fine", errBusy, WaitingOnPerson, 1},
		{"an error of unknown kind", errors.New("?"), WaitingOnPerson, 1},
		{"certainly not there", errNotSent, Failed, 0},
		{"said to be there, and read again before it is posted again", errIgnored, WaitingOnPerson, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld()
				w.vendor.replies["photo"] = []error{tt.reply}
				e := w.engine("a", w.store)
				r := visitNow(t, e, approve(t, e, request(t, e), ana))
				for range 3 {
					time.Sleep(2 * time.Minute)
					r = visitNow(t, e, r)
				}
				wantStatus(t, r, tt.status)
				if n := w.vendor.times("photo"); n != tt.files {
					t.Fatalf("%d files, want %d", n, tt.files)
				}
				if wrote := w.vendor.times("coat") > 0; wrote != (tt.status != Failed) {
					t.Fatalf("wrote: %t", wrote)
				}
			})
		})
	}
}

// TestFileOutage: a thread that cannot be read puts the run off, and no try is
// used up faster than the outage lasts.
func TestFileOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		e := w.engine("a", w.store)
		down := errors.New("no route")
		e.Published = func(context.Context, *Run, string, string) (bool, error) { return false, down }
		r := visitNow(t, e, approve(t, e, request(t, e), ana))
		for range 20 {
			wantStatus(t, r, WaitingOnSystem)
			time.Sleep(5 * time.Second)
			r = visitNow(t, e, r)
		}
		if n := w.vendor.times("coat"); n != 0 || r.Steps[0].Tries > 8 {
			t.Fatalf("coated %d times, after %d tries in 100 s", n, r.Steps[0].Tries)
		}
		back := w.engine("b", w.store)
		time.Sleep(time.Hour)
		wantStatus(t, visitNow(t, back, r), WaitingOnPerson)
	})
}

// TestFileThatCannotBeMade ends the run before anything is written.
func TestFileThatCannotBeMade(t *testing.T) {
	for name, fault := range map[string]func() error{
		"refused": func() error { return runbook.Refuse("There is no history.") },
		"panic":   func() error { panic("no history") },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			e := w.engine("a", w.store)
			w.snap = fault
			r := visitNow(t, e, approve(t, e, request(t, e), ana))
			wantStatus(t, r, Failed)
			if r.Wrote() || w.vendor.times("coat")+w.vendor.times("photo") != 0 {
				t.Fatalf("wrote %v", w.vendor.did)
			}
		})
	}
}

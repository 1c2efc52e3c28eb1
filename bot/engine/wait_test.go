package engine

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"registrar/bot/runbook"
)

// TestWaitRunsOut: the deadline is kept to the minute, and said as people say
// it.
func TestWaitRunsOut(t *testing.T) {
	for until, said := range map[time.Duration]string{
		time.Minute: "1 minute", 20 * time.Minute: "20 minutes", time.Hour: "1 hour", 90 * time.Minute: "90 minutes", 72 * time.Hour: "72 hours",
	} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld()
			w.dries = runbook.Wait{Every: time.Minute, Until: until}
			e := w.engine("a", w.store)
			r := visitNow(t, e, approve(t, e, request(t, e), ana))
			r = visitNow(t, e, answer(t, e, r, ana))
			began := time.Now()
			for !r.Status.Closed() {
				wantStatus(t, r, WaitingOnSystem)
				time.Sleep(time.Until(r.Wake))
				r = visitNow(t, e, r)
			}
			wantStatus(t, r, Failed)
			if waited := time.Since(began); waited != until || r.Why != "Dry did not happen within "+said+"." {
				t.Errorf("waited %s: %s", waited, r.Why)
			}
		})
	}
}

// TestALongWaitIsNotHammered: somebody who acts at once is not kept waiting, and
// three days cost hundreds of looks, not thousands.
func TestALongWaitIsNotHammered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.dries = runbook.Wait{Every: time.Minute, Until: 72 * time.Hour}
		e := w.engine("a", w.store)
		r := visitNow(t, e, approve(t, e, request(t, e), ana))
		r = visitNow(t, e, answer(t, e, r, ana))
		began, looks := time.Now(), 0
		for ; !r.Status.Closed(); looks++ {
			pause := time.Until(r.Wake)
			if early := time.Since(began) < time.Hour; early && pause > time.Minute || pause > 10*time.Minute {
				t.Fatalf("%s after it began it pauses for %s", time.Since(began), pause)
			}
			time.Sleep(pause)
			r = visitNow(t, e, r)
		}
		if looks > 500 || !strings.Contains(r.Why, "72 hours") {
			t.Errorf("%d looks: %s", looks, r.Why)
		}
	})
}

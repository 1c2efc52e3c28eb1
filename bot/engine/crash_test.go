package engine

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

// TestCrashAtEveryWrite kills the process at each write of a whole run, before
// and after the write lands, and has another replica go on.
func TestCrashAtEveryWrite(t *testing.T) {
	survived, reviewed := 0, 0
	for _, lands := range []bool{false, true} {
		for life := 1; ; life++ {
			died, status := false, Status("")
			synctest.Test(t, func(t *testing.T) { died, status = crash(t, life, lands) })
			if !died {
				break
			}
			switch status {
			case Succeeded:
				survived++
			case NeedsReview:
				reviewed++
			default:
				t.Errorf("killed at write %d (landed: %t): the run ended %s", life, lands, status)
			}
		}
	}
	t.Logf("%d crashes survived, %d left to a person", survived, reviewed)
	if survived < 12 || reviewed == 0 || reviewed > 3 {
		t.Errorf("%d crashes survived and %d left to a person: only a mail that may have gone needs one", survived, reviewed)
	}
}

func crash(t *testing.T, life int, lands bool) (died bool, status Status) {
	w := newWorld()
	w.vendor.did["dry"] = 1
	left := life
	r := request(t, w.engine("z", w.store))
	mortal := w.engine("a", mortal{w.store, &left, lands})
	immortal := w.engine("b", w.store)
	for turn := range 20 {
		e := mortal
		if left <= 0 {
			e = immortal
		}
		ctx := context.Background()
		now, err := w.store.Run(ctx, r.ID)
		if err != nil {
			t.Fatal(err)
		}
		if now.Status.Closed() || now.Status == NeedsReview {
			status = now.Status
			break
		}
		switch now.Status {
		case AwaitingApproval:
			_, _ = e.Approve(ctx, Press{Run: r.ID, Hash: r.Hash, By: ana, Mark: "approve"})
		case WaitingOnPerson:
			_, _ = e.Answer(ctx, Press{Run: r.ID, By: ana, Mark: Mark(fmt.Sprint("answer", turn))}, "key", map[string]string{"number": "1"})
		default:
			time.Sleep(2 * time.Minute)
			_ = e.Visit(ctx, r.ID)
		}
	}
	if photos, coats, mails := w.vendor.times("photo"), w.vendor.times("coat"), w.vendor.times("mail"); photos != 1 || coats > 1 || mails > 1 || status == Succeeded && coats+mails != 2 {
		t.Errorf("killed at write %d (landed: %t): %d files, coated %d times, mailed %d times, %s", life, lands, photos, coats, mails, status)
	}
	return left <= 0, status
}

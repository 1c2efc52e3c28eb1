package proof

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"registrar/cmd/registrar/registrartest"
)

func readsOf(system string) func(vendorCall) bool {
	return func(c vendorCall) bool { return c.System == system && c.Method == http.MethodGet }
}

func writesTo(system string) func(vendorCall) bool {
	return func(c vendorCall) bool { return c.System == system && c.Write }
}

// vendorTrouble is what a vendor does wrong.
type vendorTrouble struct {
	name  string
	does  mishap
	times int  // calls that meet it; -1: all, until a person has been told
	slow  bool // takes half a minute or more
	long  bool // takes minutes: so long a used-up limit is left alone, once and again
}

// readTroubles are those of reads.
func readTroubles(system string) []vendorTrouble {
	all := []vendorTrouble{
		{name: "429 to three calls, Retry-After 1", does: says(429, kindJSON, `{"message":"slow down"}`, "Retry-After", "1"), times: 3, long: true},
		{name: "429 to everything, Retry-After 1", does: says(429, kindJSON, `{"message":"slow down"}`, "Retry-After", "1"), times: -1, long: true},
		{name: "429 to everything, no Retry-After", does: says(429, kindJSON, `{"message":"slow down"}`), times: -1, long: true},
		{name: "500 to everything", does: says(500, kindJSON, `{"message":"oops"}`), times: -1},
		{name: "cuts one answer off", does: cutOff(false), times: 1},
		{name: "cuts all answers off", does: cutOff(false), times: -1},
		{name: "HTML with 200", does: says(200, kindHTML, bodyHTML), times: -1},
		{name: "HTML with 502", does: says(502, kindHTML, bodyHTML), times: -1},
		{name: "hangs", does: hangs(false), times: -1, slow: true},
		{name: "answers drop by drop, 4 s", does: drips(4 * time.Second), times: 1, slow: true},
		{name: "answers drop by drop, without end", does: drips(time.Hour), times: -1, slow: true},
	}
	if system == "Salesforce" {
		all = append(all, vendorTrouble{name: "REQUEST_LIMIT_EXCEEDED to everything", times: -1, long: true,
			does: says(403, kindJSON, `[{"message":"TotalRequests Limit exceeded.","errorCode":"REQUEST_LIMIT_EXCEEDED"}]`)})
	}
	return all
}

// writeTroubles are those of one write.
func writeTroubles(system string) []vendorTrouble {
	all := []vendorTrouble{
		{name: "429, Retry-After 1", does: says(429, kindJSON, `{"message":"slow down"}`, "Retry-After", "1"), times: 1, long: true},
		{name: "429 to four calls, no Retry-After", does: says(429, kindJSON, `{"message":"slow down"}`), times: 4, long: true},
		{name: "500 but applied", does: doesButSays(500, kindJSON, `{"message":"oops"}`), times: 1},
		{name: "500, not applied", does: says(500, kindJSON, `{"message":"oops"}`), times: 1},
		{name: "200 but not applied", does: pretends, times: 1},
		{name: "cut in mid-reply, applied", does: cutOff(true), times: 1},
		{name: "cut in mid-reply, not applied", does: cutOff(false), times: 1},
		{name: "HTML with 200, not applied", does: says(200, kindHTML, bodyHTML), times: 1},
		{name: "HTML with 502, applied", does: doesButSays(502, kindHTML, bodyHTML), times: 1},
		{name: "hangs, applied", does: hangs(true), times: 1, slow: true},
		{name: "hangs, not applied", does: hangs(false), times: 1, slow: true},
		{name: "answers drop by drop, 4 s", does: drips(4 * time.Second), times: 1, slow: true},
		{name: "answers drop by drop, without end", does: drips(time.Hour), times: 1, slow: true},
	}
	if system == "Salesforce" {
		all = append(all, vendorTrouble{name: "REQUEST_LIMIT_EXCEEDED", times: 1, long: true,
			does: says(403, kindJSON, `[{"message":"TotalRequests Limit exceeded.","errorCode":"REQUEST_LIMIT_EXCEEDED"}]`)})
	}
	return all
}

func vendorFaults() []faultCase {
	var all []faultCase
	for _, system := range []string{"LearnUpon", "Salesforce"} {
		for _, v := range readTroubles(system) {
			all = append(all,
				faultCase{of: system, fault: v.name, during: "create-group, planning", cheap: !v.slow && system == "LearnUpon" && strings.HasPrefix(v.name, "HTML with 200"),
					errand: groupErrand(), play: v.whilePlanning(system)},
				faultCase{of: system, fault: v.name, during: "create-group, stale check", errand: groupErrand(), play: v.whileChecking(system)})
		}
		for _, v := range writeTroubles(system) {
			for _, at := range writesIn(system) {
				all = append(all, faultCase{of: system, fault: v.name, during: at.title(), cheap: at.cheap && slices.Contains(cheapWrites, v.name),
					errand: at.errand, play: v.whileWriting(system, at.index)})
			}
		}
	}
	return all
}

var cheapWrites = []string{"429, Retry-After 1", "500 but applied", "200 but not applied", "cut in mid-reply, applied"}

// writeAt is one write of an errand.
type writeAt struct {
	errand faultErrand
	index  int
	of     int // 0: more than are taken here
	cheap  bool
}

func (w writeAt) title() string {
	if w.of == 0 {
		return fmt.Sprintf("%s, write %d", w.errand.name, w.index+1)
	}
	if w.of == 1 {
		return w.errand.name + ", its write"
	}
	return fmt.Sprintf("%s, write %d of %d", w.errand.name, w.index+1, w.of)
}

func writesIn(system string) []writeAt {
	if system == "Salesforce" {
		return []writeAt{{groupErrand(), 0, 1, false}, {optOutErrand(), 0, 1, true}}
	}
	return []writeAt{{groupErrand(), 0, 3, true}, {groupErrand(), 1, 3, false}, {groupErrand(), 2, 3, false}, {deactivateErrand(), 0, 1, false},
		{mergeErrand(), 0, 0, false}, {mergeErrand(), 2, 0, false}}
}

// whilePlanning has reads go wrong from the command until the plan, or until the
// person is told why there is none; then all is well again and they repeat it.
func (v vendorTrouble) whilePlanning(system string) func(*faultWorld) {
	return func(w *faultWorld) {
		w.waitsLong(v.long)
		w.wire.goWrong(readsOf(system), 0, v.times, v.does)
		for again := 0; !w.plan(); again++ {
			if again == 10 {
				w.t.Fatalf("asked ten times; the first answer was: %s", w.saw)
			}
			w.wire.heal()
			w.closeModal()
			if again > 0 {
				time.Sleep(15 * time.Second) // they are told to try again in a minute
			}
		}
		w.approve()
		w.finish()
	}
}

// plan asks for the errand and sends the plan; false where the person is told
// why there is none, or why it was not taken.
func (w *faultWorld) plan() bool {
	w.t.Helper()
	w.command()
	sam := w.Slack.Person(registrartest.Sam)
	ctx, done := w.within()
	defer done()
	for sent := ""; ; {
		w.wait("the form, the plan, or what became of it", func() bool {
			v := sam.Modal()
			return v != nil && v.Hash != sent && v.CallbackID != "planning"
		})
		form := sam.Modal()
		if form.SubmitText() == "" {
			if w.taken() {
				w.note("(the plan)")
				w.requests++
				return true
			}
			w.note(explanation(texts(form.Blocks)))
			return false
		}
		if form.SubmitText() != "Continue" && w.beforePlanIsSent != nil {
			w.beforePlanIsSent()
		}
		wrong, err := sam.Submit(ctx, registrartest.Answers(form, w.errand.values))
		if err != nil || len(wrong) > 0 {
			w.t.Fatalf("the form is refused: %v, %v", wrong, err)
		}
		sent = form.Hash
	}
}

// taken reports whether the modal says that the request was taken, and waits for
// its card.
func (w *faultWorld) taken() bool {
	shown := texts(w.Slack.Person(registrartest.Sam).Modal().Blocks)
	if !strings.Contains(shown, "Its card is in the approvals channel") {
		return false
	}
	w.wait("a card", func() bool { return len(w.Slack.Messages(registrartest.Approvals)) == w.requests+1 })
	return true
}

// explanation is the longest line of a note.
func explanation(shown string) string {
	return slices.MaxFunc(strings.Split(shown, "\n"), func(a, b string) int { return len(a) - len(b) })
}

func (w *faultWorld) closeModal() {
	w.t.Helper()
	ctx, done := w.within()
	defer done()
	if err := w.Slack.Person(registrartest.Sam).CloseModal(ctx); err != nil {
		w.t.Fatal(err)
	}
}

// whileChecking has reads go wrong from the approval on, until the card says so.
func (v vendorTrouble) whileChecking(system string) func(*faultWorld) {
	return func(w *faultWorld) {
		w.waitsLong(v.long)
		w.request()
		w.wire.goWrong(readsOf(system), 0, v.times, v.does)
		w.approve()
		if v.times < 0 {
			w.wait("the card says that it waits", func() bool {
				status, sentence := w.status()
				return status != "awaiting-approval" && status != "applying" && !strings.HasPrefix(sentence, "Approved; it starts")
			})
			_, sentence := w.status()
			w.note(sentence)
			w.wire.heal()
		}
		w.finish()
		w.note(w.cardText())
	}
}

func (w *faultWorld) waitsLong(long bool) {
	if long {
		w.patience = 8 * time.Minute
	}
}

// whileWriting has one write go wrong.
func (v vendorTrouble) whileWriting(system string, index int) func(*faultWorld) {
	return func(w *faultWorld) {
		w.waitsLong(v.long)
		w.wire.goWrong(writesTo(system), index, v.times, v.does)
		w.request()
		w.approve()
		w.finish()
		w.note(w.cardText())
		if w.wire.struck() == 0 {
			w.t.Error("no call went wrong")
		}
	}
}

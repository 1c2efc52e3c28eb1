package bot

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"registrar/bot/engine"
)

// Of two deliveries of one form, the first may come to nothing: its process dies
// or cannot reach the store. The second then says "Planning…", and has to plan.
func TestASecondDeliveryPlansWhereTheFirstComesToNothing(t *testing.T) {
	w := newWorld(t)
	w.start(w.bot())
	w.script("U1 types /tidy a@x.edu ticket 7", "U1 modal: Email")
	may, release := w.engine.May, make(chan struct{})
	var asked atomic.Int32
	w.engine.May = func(ctx context.Context, who engine.Person, verb engine.Verb, s engine.Subject) error {
		if asked.Add(1) == 1 {
			<-release
			return errors.New("the store is away")
		}
		return may(ctx, who, verb, s)
	}
	w.slack.RepeatNext(1)
	w.script("U1 submits")
	close(release)
	w.script("U1 modal: untidy", "U1 submits", "card: Tidy: a@x.edu")
	if n := len(w.slack.Person("U1").DMs()); n != 0 {
		t.Errorf("%d direct messages about a plan that is on the screen", n)
	}
	w.clean()
}

package bot

import (
	"fmt"
	"testing"

	"registrar/bot/slacktest"
	"registrar/bot/slackui"
)

// A card shows for a moment what has been overtaken. Whoever presses there is
// told so, whatever the button.
func TestEveryPressThatComesTooLateIsAnswered(t *testing.T) {
	for _, press := range []string{
		slackui.PressApprove, slackui.PressReject, slackui.PressCancel, slackui.PressExtend, slackui.PressStop, slackui.PressDone,
		slackui.PressHappened, slackui.PressNotHappened, slackui.PressShowSecret, slackui.PressShowGift, slackui.PressMend, slackui.PressOpenPlan,
		"from another release",
	} {
		for _, who := range []string{"U1", "U2", "U3"} { // the requester, who has approved, and another approver
			t.Run(press+" by "+who, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				w.start(w.bot())
				w.requests()
				r := w.run()
				w.script("U2 presses Approve", "card: Done")
				w.work.Wait()
				told := len(w.slack.Person(who).Ephemerals())
				ref := slackui.Ref{Run: r.ID, Hash: r.Hash, Step: "tidy", Draft: "gone", Action: "gone", Item: "x"}
				card, _ := w.card()
				if _, err := w.slack.Inject("interactive", pressed(who, card, press, ref)); err != nil {
					t.Fatal(err)
				}
				w.until("an answer", func() bool { return len(w.slack.Person(who).Ephemerals()) == told+1 })
				w.script("writes: 1")
				w.clean()
			})
		}
	}
}

// pressed is the payload of a button that a person still had on the screen.
func pressed(who string, card slacktest.Message, press string, ref slackui.Ref) map[string]any {
	return map[string]any{
		"type": "block_actions", "user": map[string]any{"id": who}, "trigger_id": fmt.Sprint("1.", who, press),
		"channel":   map[string]any{"id": approvals},
		"container": map[string]any{"type": "message", "message_ts": card.TS, "channel_id": approvals},
		"actions":   []any{map[string]any{"type": "button", "block_id": "b", "action_id": press, "value": ref.Encode()}},
	}
}

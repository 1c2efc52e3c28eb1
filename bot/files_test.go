package bot

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"registrar/bot/slacktest"
)

// file looks at the one file in the newest card's thread.
func (w *world) file(name, text string) error {
	card, _ := w.card()
	var found []slacktest.File
	for _, m := range w.slack.Replies(approvals, card.TS) {
		found = append(found, m.Files...)
	}
	if len(found) != 1 || !strings.HasPrefix(found[0].Name, name) || !bytes.Contains(found[0].Content, []byte(text)) {
		return fmt.Errorf("the thread holds %+v", found)
	}
	return nil
}

// TestAFileIsPostedOnce: whatever Slack answers to each of the three calls that
// make a file, it is in the thread once, and no write comes before it.
func TestAFileIsPostedOnce(t *testing.T) {
	for _, method := range []string{"files.getUploadURLExternal", "files.completeUploadExternal"} {
		for name, fault := range map[string]slacktest.Fault{
			"500":                       {Status: 500},
			"500 afterwards":            {Status: 500, After: true},
			"rate":                      {RetryAfter: 1},
			"internal_error":            {Error: "internal_error"},
			"internal_error afterwards": {Error: "internal_error", After: true},
			"fatal_error afterwards":    {Error: "fatal_error", After: true},
		} {
			t.Run(method+"/"+name, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				w.start(w.bot())
				w.slack.FailNext(method, fault, 1)
				w.script("U1 types /keep a@x.edu", "U1 modal: Keep", "U1 submits", "U1 modal: No approval", "U1 submits", "card: Keep")
				w.script("card: Done")
				if err := w.file("history-of-a-x.history.", "'=1+1"); err != nil {
					t.Error(err)
				}
				w.script("writes: 1")
				w.clean()
			})
		}
	}
}

// TestAFileSlackWillNotTakeEndsTheRun: nothing is written without it.
func TestAFileSlackWillNotTakeEndsTheRun(t *testing.T) {
	w := newWorld(t)
	w.start(w.bot())
	w.slack.FailNext("files.completeUploadExternal", slacktest.Fault{Error: "missing_scope"}, 1)
	w.script("U1 types /keep a@x.edu", "U1 modal: Keep", "U1 submits", "U1 modal: No approval", "U1 submits",
		"card: Slack does not take the file (missing_scope)", "U1 dm: missing_scope", "writes: 0")
}

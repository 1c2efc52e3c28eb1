package page

import (
	"context"
	"net/http"
	"slices"

	"registrar/bot/slacktest"
	"registrar/integrations/learnupon/learnupontest"
	"registrar/integrations/mail/mailtest"
	"registrar/integrations/salesforce/salesforcetest"
)

// A World is the fakes behind the page and who is played on it.
type World struct {
	Slack   *slacktest.Server
	Portals []*learnupontest.Server // the first is the one whose name heads the panel
	// Salesforce is the org; nil: there is none, and the page has no panel for it.
	Salesforce *salesforcetest.Server
	Mail       *mailtest.Server
	People     []Person          // in the order of the switcher: Alt+1, Alt+2 …
	About      map[string]string // one line per channel, by name
	Story      *Story            // nil: no story
}

// New returns the page over w. It answers on loopback names only and works under any
// prefix that is stripped before it.
func New(w World) http.Handler {
	return handler(Scene{State: w.state, Act: w.act, Watch: w.watch, File: w.file})
}

// watch joins what the fakes report.
func (w World) watch(ctx context.Context) <-chan struct{} {
	changed := make(chan struct{}, 1)
	tell := func() {
		select {
		case changed <- struct{}{}:
		default: // one value already waits, and it stands for this change too
		}
	}
	w.Slack.Subscribe(ctx, tell)
	follow := func(news <-chan struct{}, end func()) {
		defer end()
		for {
			select {
			case <-news:
				tell()
			case <-ctx.Done():
				return
			}
		}
	}
	for _, portal := range w.Portals {
		news, end := portal.Subscribe()
		go follow(news, end)
	}
	if w.Salesforce != nil {
		news, end := w.Salesforce.Subscribe()
		go follow(news, end)
	}
	news, end := w.Mail.Subscribe()
	go follow(news, end)
	return changed
}

func (w World) file(id string) (File, bool) {
	files := w.Slack.Files()
	i := slices.IndexFunc(files, func(f slacktest.File) bool { return f.ID == id })
	if i < 0 {
		return File{}, false
	}
	return File{Name: files[i].Name, Content: files[i].Content}, true
}

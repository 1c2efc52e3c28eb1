package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/url"
	"time"

	"github.com/slack-go/slack"

	"registrar/bot"
	"registrar/bot/engine"
	"registrar/bot/slackui"
	"registrar/store"
)

const (
	// clickPatience is how long somebody has to press the button.
	clickPatience = 2 * time.Minute
	clickLook     = 500 * time.Millisecond
)

// checkClick goes the whole way a press takes: Slack, a socket of some running
// Registrar, Redis. No call of Slack's tells whether interactivity is on, so
// somebody has to press a button.
func checkClick(ctx context.Context, c Config, patience time.Duration) result {
	const check = "Slack interactivity"
	kept, err := openStore(ctx, c, slog.New(slog.DiscardHandler))
	if err != nil {
		return failure(check, oneLine(err), "See that REDIS_URL is right.")
	}
	defer kept.Close()
	id := engine.NewID()
	p := slackProbe{c.Slack.APIURL, c.Slack.BotToken}
	var posted struct{ Channel, TS string }
	text, blocks := slackui.Probe(id)
	if err := say(ctx, p, "chat.postMessage", url.Values{"channel": {c.Channels.Approvals}}, text, blocks, &posted); err != nil {
		return failure(check, oneLine(err), "See that the app is in the channel of REGISTRAR_APPROVALS_CHANNEL.")
	}
	started := time.Now()
	arrived, err := heard(ctx, kept, id, patience)
	text, blocks = slackui.Probed(arrived)
	redrawn := say(context.WithoutCancel(ctx), p, "chat.update", url.Values{"channel": {posted.Channel}, "ts": {posted.TS}}, text, blocks, nil)
	switch {
	case err != nil:
		return failure(check, oneLine(err), "See that REDIS_URL is right.")
	case !arrived:
		return failure(check, fmt.Sprintf("no press arrived within %s", patience),
			"If somebody did press the button: start registrar serve with the same REDIS_URL, and switch on Socket Mode and Interactivity, as deploy/slack/manifest.yaml does.")
	case redrawn != nil:
		return warning(check, "a press arrived, and the message could not be changed: "+oneLine(redrawn), "Delete the message by hand.")
	}
	return ok(check, fmt.Sprintf("a press arrived after %s", time.Since(started).Round(time.Second)))
}

func say(ctx context.Context, p slackProbe, method string, args url.Values, text string, blocks []slack.Block, out any) error {
	raw, err := json.Marshal(blocks)
	if err != nil {
		return err
	}
	args.Set("text", text)
	args.Set("blocks", string(raw))
	_, err = p.call(ctx, method, args, out)
	return err
}

// heard waits for the mark that the running bot leaves.
func heard(ctx context.Context, kept *store.Store, id string, patience time.Duration) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	tick := time.NewTicker(clickLook)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return false, nil
		case <-tick.C:
		}
		if seen, err := kept.Seen(ctx, engine.Mark(bot.ProbeMark(id))); seen || err != nil && ctx.Err() == nil {
			return seen, err
		}
	}
}

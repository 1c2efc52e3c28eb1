package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"time"

	"registrar/store"
)

// serveCommand runs the bot until a signal ends it.
type serveCommand struct{}

func (serveCommand) Run(ctx context.Context, s surroundings) error {
	c, err := s.config()
	if err != nil {
		return err
	}
	log := newLogger(s.stderr, false, slog.LevelInfo)
	store.LogClient(log)
	return serve(ctx, c, log, nil)
}

// drainLimit is how long open work may take after ctx ended. What is cut off
// then goes on from the journal, on another replica or at the next start.
const drainLimit = 10 * time.Second

// serve runs one replica until ctx ends and its open work is done. The address
// of its health and metrics is told to listening, unless that is nil. An error
// is one that trying again does not mend, in a sentence for whoever runs it.
func serve(ctx context.Context, c Config, log *slog.Logger, listening func(net.Addr)) error {
	for _, w := range c.Warnings {
		log.WarnContext(ctx, w)
	}
	kept, err := openStore(ctx, c, log)
	if err != nil {
		return fmt.Errorf("the Redis of REDIS_URL cannot be used: %w", err)
	}
	defer kept.Close()
	if err := durable(ctx, kept, c.AllowWeakRedis, log); err != nil {
		return err
	}
	if err := tokenWorks(ctx, c.Slack, log); err != nil {
		return err
	}
	r, err := newReplica(c, kept, log)
	if err != nil {
		return usageError{err}
	}
	defer r.traces.stop()
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.HTTPAddr)
	if err != nil {
		return usageError{fmt.Errorf("REGISTRAR_HTTP_ADDR: %w", err)}
	}
	if listening != nil {
		listening(listener.Addr())
	}
	done := make(chan error, 1)
	go func() { done <- r.run(ctx, listener) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		log.Info("stopping; open work is being finished")
	}
	select {
	case err := <-done:
		log.Info("stopped")
		return err
	case <-time.After(drainLimit):
		log.Warn("stopped with work under way; it goes on from the journal")
		return nil
	}
}

// durable refuses a Redis that may lose what it has confirmed, unless that is
// allowed.
func durable(ctx context.Context, s *store.Store, allowed bool, log *slog.Logger) error {
	problems, err := s.Durability(ctx)
	if err != nil {
		return fmt.Errorf("whether Redis keeps what it says cannot be told: %w", err)
	}
	if len(problems) == 0 {
		return nil
	}
	var text strings.Builder
	for _, p := range problems {
		if allowed {
			log.WarnContext(ctx, "Redis may lose what it has confirmed", "setting", p.Name, "problem", p.Text)
		}
		fmt.Fprintf(&text, "\n  %s: %s %s", p.Name, p.Text, p.Mend)
	}
	if allowed {
		return nil
	}
	return usageError{fmt.Errorf("this Redis may lose what it has confirmed, so decisions could be forgotten:%s\n"+
		"To try things out all the same, set REGISTRAR_ALLOW_WEAK_REDIS=true", &text)}
}

// tokenWorks refuses a bot token that Slack will not accept later either.
// Anything else Slack says, or that it is away, is no reason not to start.
func tokenWorks(ctx context.Context, c SlackConfig, log *slog.Logger) error {
	_, err := slackProbe{c.APIURL, c.BotToken}.call(ctx, "auth.test", nil, nil)
	if refused, ok := errors.AsType[slackRefusal](err); ok && refused.deadToken() {
		return usageError{fmt.Errorf("SLACK_BOT_TOKEN is not accepted by Slack (%s): install the app and copy its bot token", string(refused))}
	}
	if err != nil {
		log.WarnContext(ctx, "the bot token could not be tried", "error", err)
	}
	return nil
}

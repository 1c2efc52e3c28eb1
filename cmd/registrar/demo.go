package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"

	"registrar/cmd/registrar/sandbox"
	"registrar/store"
)

// demoCommand runs the bot as it serves in production, in a world of its own:
// no account anywhere and nothing to install.
type demoCommand struct {
	Addr    string `default:"127.0.0.1:8765" help:"Where the browser page listens; the next free port is taken where this one is in use." placeholder:"HOST:PORT"`
	Verbose bool   `short:"v" help:"Show the bot's log."`
}

func (d demoCommand) Run(ctx context.Context, s surroundings) error {
	level := slog.LevelError
	if d.Verbose {
		level = slog.LevelDebug
	}
	log := newLogger(s.stderr, true, level)
	store.LogClient(log)
	return demo(ctx, d.Addr, log, func(page net.Addr, _ Config) {
		fmt.Fprintf(s.stdout, "Open http://%s in a browser. You play four people there: two of support, an approver and an admin.\nPress Ctrl+C to stop; nothing is kept.\n", page)
	})
}

// demo runs the sandbox, the bot in it and the page until ctx ends, and tells
// ready where the page is, and how the bot is configured, once it answers in
// Slack.
func demo(ctx context.Context, addr string, log *slog.Logger, ready func(page net.Addr, c Config)) error {
	world, err := newSandbox()
	if err != nil {
		return err
	}
	defer world.Close()
	var environ []string
	for name, value := range world.Environment() {
		environ = append(environ, name+"="+value)
	}
	c, err := ReadConfig(environ)
	if err != nil {
		return err
	}
	listener, err := listenNear(ctx, addr)
	if err != nil {
		return usageError{err}
	}
	// An event stream lives as long as its tab, so nobody waits for the page.
	server := &http.Server{Handler: world.Page(), ReadHeaderTimeout: 5 * time.Second}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return serve(ctx, c, log, nil) })
	group.Go(func() error {
		if err := world.Connected(ctx); err != nil {
			return nil // stopped before the bot was there
		}
		ready(listener.Addr(), c)
		return nil
	})
	group.Go(func() error {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	group.Go(func() error {
		<-ctx.Done()
		return server.Close()
	})
	return errors.Join(group.Wait(), world.Check())
}

// newSandbox starts the world with the app in it that the manifest describes.
func newSandbox() (*sandbox.Sandbox, error) {
	catalog, err := wholeCatalog()
	if err != nil {
		return nil, err
	}
	m, err := newManifest(catalog)
	if err != nil {
		return nil, err
	}
	app := sandbox.App{Home: m.Features.AppHome.Home}
	for _, c := range m.Features.Commands {
		app.Commands = append(app.Commands, sandbox.Command{Name: c.Command, About: c.Description, Hint: c.UsageHint})
	}
	for _, c := range m.Features.Shortcuts {
		app.Shortcuts = append(app.Shortcuts, sandbox.Shortcut{ID: c.CallbackID, Name: c.Name, About: c.Description})
	}
	return sandbox.Start(app)
}

// listenNear listens on addr, or on any free port of its host where that is
// taken: a demo left running is no reason to fail.
func listenNear(ctx context.Context, addr string) (net.Listener, error) {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", addr)
	if err == nil {
		return listener, nil
	}
	host, _, splitErr := net.SplitHostPort(addr)
	if splitErr != nil {
		return nil, fmt.Errorf("--addr: %w", splitErr)
	}
	return config.Listen(ctx, "tcp", net.JoinHostPort(host, "0"))
}

// Command registrar runs LearnUpon user-management runbooks from Slack.
//
// It is thin: it reads the configuration, makes the clients, the store, the
// engine and the bot, and ties them together with function values. It decides
// nothing about runs, and it knows neither how Slack looks nor how a vendor
// answers; what it adds itself is the outside of the process: commands,
// variables, logs, metrics, health, and the signals that end it.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"
)

// What the program exits with. A supervisor restarts after exitFailed; after
// exitUsage a person has to mend something first.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

// version is the release, set by the linker where one is built.
var version = "unreleased"

// cli is the command line. Each command's Run gets the context that a signal
// ends, and the process's surroundings.
type cli struct {
	Demo     demoCommand     `cmd:"" help:"Try it: everything in one process, with a browser page. Nothing to install, nothing is kept."`
	Serve    serveCommand    `cmd:"" help:"Run the bot. Any number of replicas may share one Redis."`
	Manifest manifestCommand `cmd:"" help:"Print the Slack app manifest, made from the catalog of actions."`
	Doctor   doctorCommand   `cmd:"" help:"Check the configuration and every system it names, and say how to mend what is wrong."`
	Audit    auditCommand    `cmd:"" help:"Verify or export the audit trail."`
	Alerts   alertsCommand   `cmd:"" help:"Export the history of sync-error alerts."`
	Forget   forgetCommand   `cmd:"" help:"Erase a person from everything Registrar keeps. The audit trail still verifies."`
	Compare  compareCommand  `cmd:"" help:"Write everybody whose records in LearnUpon and Salesforce disagree, and how to mend it."`
	Docs     docsCommand     `cmd:"" help:"Print the description of every action, made from the catalog."`

	Version kong.VersionFlag `help:"Print which release this is."`
}

// surroundings is what the process was started with, so that tests can start
// the program with others.
type surroundings struct {
	environ []string
	stdout  io.Writer
	stderr  io.Writer
}

// config reads the configuration, for commands that cannot do without.
func (s surroundings) config() (Config, error) {
	c, err := ReadConfig(s.environ)
	if err != nil {
		lines := strings.ReplaceAll(err.Error(), "\n", "\n  ")
		return c, usageError{fmt.Errorf("the environment must be mended first:\n  %s", lines)}
	}
	return c, nil
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// A second signal kills: whoever sends it has waited long enough.
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:], surroundings{environ: os.Environ(), stdout: os.Stdout, stderr: os.Stderr}))
}

// usageError is a problem that trying again does not mend.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func run(ctx context.Context, args []string, s surroundings) int {
	exited := -1
	parser := kong.Must(&cli{},
		kong.Name("registrar"),
		kong.Description("Runs LearnUpon user-management runbooks from Slack: planned, approved, applied once, recorded.\n\n"+
			"Configuration is read from the environment; deploy/registrar.env.example explains every variable."),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true}),
		kong.Writers(s.stdout, s.stderr),
		kong.Exit(func(code int) { exited = code }),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(s),
		kong.Vars{"version": version},
	)
	parsed, err := parser.Parse(args)
	switch {
	case exited >= 0: // --help or --version has been printed
		return exited
	case err != nil:
		fmt.Fprintf(s.stderr, "registrar: %v. Try registrar --help.\n", err)
		return exitUsage
	}
	err = parsed.Run()
	if err == nil {
		return exitOK
	}
	fmt.Fprintf(s.stderr, "registrar: %v\n", err)
	if _, ok := errors.AsType[usageError](err); ok {
		return exitUsage
	}
	return exitFailed
}

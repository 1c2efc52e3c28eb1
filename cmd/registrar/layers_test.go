package main

import (
	"go/parser"
	"go/token"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// layer says what a package may import beside the standard library. Our own
// packages are named from the module's root; "…/*" matches one more element.
// The first layer that matches a package holds for it.
type layer struct {
	pkg   string
	allow []string
	why   string
}

func layers() []layer {
	return []layer{
		{"bot/runbook", nil,
			"an action is a value; whoever reads or writes one needs no library"},
		{"bot/engine", []string{"bot/runbook", "github.com/google/uuid"},
			"how a run moves must not depend on how it is shown or stored"},
		{"bot/alerts", []string{"bot/runbook"},
			"how an alert moves must not depend on how it is shown or stored, nor on where its rows come from"},
		{"bot/slackui", []string{"bot/alerts", "bot/engine", "bot/runbook", "github.com/slack-go/slack"},
			"a card is a function of the record: nothing is fetched, nothing is sent"},
		{"bot/access", []string{"bot/engine", "bot/runbook", "github.com/slack-go/slack", "github.com/goccy/go-yaml", "golang.org/x/sync/singleflight"},
			"it judges people by the policy and Slack's groups, and by nothing stored"},
		{"bot/slacktest", []string{"github.com/slack-go/slack", "github.com/gorilla/websocket"},
			"the fake is a Slack of its own and must not know who calls it"},
		{"bot", []string{"bot/access", "bot/alerts", "bot/engine", "bot/runbook", "bot/slackui", "store", "github.com/slack-go/slack", "github.com/gorilla/websocket", "golang.org/x/sync"},
			"it carries between Slack and the engine, and keeps in the store what it has posted; vendors are others' business"},

		{"integrations/rest", []string{"github.com/failsafe-go/failsafe-go"},
			"one way to call a vendor; it knows none of them"},
		{"integrations/*/*", []string{"integrations/rest", "integrations", "golang.org/x/time"},
			"fakes of vendors: real servers, for tests and the sandbox"},
		{"integrations/mail", []string{"integrations/rest", "github.com/wneessen/go-mail", "github.com/google/uuid"},
			"mail goes out over SMTP; what was sent is remembered by a function it is given"},
		{"integrations/*", []string{"integrations/rest"},
			"a vendor's client knows that vendor and HTTP, not what its records are used for"},

		{"handlers/findings", []string{"bot/runbook", "integrations"},
			"comparing records is pure"},
		{"handlers", []string{"bot/runbook", "handlers/findings", "integrations"},
			"an action says what to do in vendors' terms; Slack, Redis and the engine are others' business"},

		{"store/storetest", []string{"bot/alerts", "bot/engine", "bot/runbook", "github.com/google/go-cmp"},
			"one suite that every store must pass"},
		{"store", []string{"bot/alerts", "bot/engine", "bot/runbook", "github.com/redis/go-redis", "github.com/hibiken/asynq", "github.com/google/uuid"},
			"the only place that knows Redis"},

		{"cmd/registrar/sandbox/page", []string{"bot/slacktest", "integrations", "github.com/slack-go/slack"},
			"the page shows what the fakes hold; it asks nothing of the real program"},
		{"cmd/registrar/sandbox", []string{"bot/slacktest", "cmd/registrar/sandbox", "integrations", "github.com/alicebob/miniredis"},
			"every fake in one process, outside of the bot it is for; the only user of xxxtest packages outside tests"},
		{"cmd/registrar/registrartest", []string{"bot/slacktest", "cmd/registrar/sandbox", "store/storetest", "github.com/goccy/go-yaml"},
			"it runs the program as a process; it sees what Slack, vendors and a supervisor see"},
		{"cmd/registrar/proof", nil,
			"tables of what becomes of runs when everything goes wrong; only tests are in it"},
		{"cmd/registrar/bench/bare", []string{"github.com/slack-go/slack", "github.com/redis/go-redis"},
			"the bot one would write with these libraries alone; it must use nothing of ours"},
		{"cmd/registrar/bench", nil,
			"tables of how fast it is; only tests are in it"},
		{"cmd/registrar", []string{"bot", "cmd/registrar/sandbox", "handlers", "handlers/findings", "integrations", "store",
			"github.com/alecthomas/kong", "github.com/goccy/go-yaml", "github.com/google/uuid", "github.com/prometheus/client_golang", "github.com/sethvargo/go-envconfig", "github.com/slack-go/slack", "golang.org/x/sync",
			"go.opentelemetry.io/otel", "go.opentelemetry.io/proto/otlp", "google.golang.org/protobuf"},
			"it ties everything together, through what the packages export"},
	}
}

// onlyIn holds for tests too, so that no second way to Slack or Redis grows
// there: the libraries and the folders that may name them.
func onlyIn() map[string][]string {
	return map[string][]string{
		"github.com/slack-go/slack":   {"bot", "cmd/registrar"},
		"github.com/redis/go-redis":   {"store", "cmd/registrar/bench/bare"}, // stands beside ours
		"github.com/hibiken/asynq":    {"store"},
		"github.com/wneessen/go-mail": {"integrations/mail"},
		"go.opentelemetry.io":         {"cmd/registrar"},
	}
}

func TestLayers(t *testing.T) {
	table := layers()
	used := make([]bool, len(table))
	for _, file := range goFiles(t) {
		pkg := path.Dir(file)
		row := slices.IndexFunc(table, func(l layer) bool { return matches(l.pkg, pkg) })
		if row < 0 {
			t.Errorf("%s: package %s has no row in layers(); say what it may import, and why", file, pkg)
			continue
		}
		used[row] = true
		for _, imported := range imports(t, file) {
			checkImport(t, table[row], file, imported)
		}
	}
	for i, l := range table {
		if l.why == "" {
			t.Errorf("layers(): %s has no reason", l.pkg)
		}
		if !used[i] {
			t.Logf("layers(): no package matches %s yet", l.pkg)
		}
	}
}

func checkImport(t *testing.T, l layer, file, imported string) {
	pkg, isTest := path.Dir(file), strings.HasSuffix(file, "_test.go")
	own, isOurs := strings.CutPrefix(imported, "registrar/")
	for library, folders := range onlyIn() {
		if within(imported, library) && !slices.ContainsFunc(folders, func(f string) bool { return within(pkg, f) }) {
			t.Errorf("%s imports %s; only %s may", file, imported, strings.Join(folders, ", "))
		}
	}
	switch {
	case !isOurs && !strings.Contains(imported, "."): // the standard library
	case isTest:
	case isOurs && strings.HasSuffix(own, "test") && !within(pkg, "cmd/registrar/sandbox") && !strings.HasSuffix(pkg, "test"):
		t.Errorf("%s imports the fake %s; only tests and the sandbox may", file, own)
	case isOurs && (own == pkg || within(own, pkg+"/scripts")):
	case !slices.ContainsFunc(l.allow, func(a string) bool { return allowed(a, own, imported) }):
		t.Errorf("%s may not import %s: %s", file, imported, l.why)
	}
}

// allowed: a library with everything below it; of ours, a leaf is itself, and
// the folders that hold families stand for all of the family.
func allowed(allow, own, imported string) bool {
	if strings.Contains(allow, ".") {
		return within(imported, allow)
	}
	switch allow {
	case "bot", "integrations", "cmd/registrar/sandbox":
		return within(own, allow)
	}
	return own == allow
}

func within(p, root string) bool { return p == root || strings.HasPrefix(p, root+"/") }

func matches(pattern, pkg string) bool {
	ok, err := path.Match(pattern, pkg)
	return err == nil && ok || pattern == "cmd/registrar/sandbox" && within(pkg, pattern)
}

func imports(t *testing.T, file string) []string {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), root+file, nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, spec := range parsed.Imports {
		name, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, name)
	}
	return out
}

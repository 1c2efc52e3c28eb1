// Package page is the browser page of `registrar demo`: one person plays four
// people of a Slack workspace and watches LearnUpon, Salesforce and a mailbox change
// beside it.
//
// It draws what it is told and passes on what is pressed. It must not know how the
// bot works: what it shows comes from the fakes, as the real Slack would show what
// comes from Slack, so whatever looks right here has crossed the real protocols.
package page

import (
	"context"
	"embed"
	"encoding/json"
	"io/fs"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"
)

//go:embed assets
var assets embed.FS

// policy keeps the page to its own origin: what learners and vendors typed is
// drawn on it, and none of that may load, run or frame anything.
const policy = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// heartbeat is how often an idle event stream says that it is alive, so that a
// browser notices a stopped demo.
const heartbeat = 15 * time.Second

// A Scene is all the page needs of the world behind it.
type Scene struct {
	// State tells everything the page shows, as of now.
	State func() State
	// Act does what a person did on the page and returns when Slack would have
	// an answer for them. See [Act] for what may come.
	Act Actor
	// Watch returns a channel that gets a value after State has something new to tell,
	// until ctx ends. Several changes may be one value.
	Watch func(ctx context.Context) <-chan struct{}
	// File finds an attachment by the id its message gave.
	File func(id string) (File, bool)
}

// A File is an attachment as it is downloaded.
type File struct {
	Name    string
	Content []byte
}

// handler returns the page over scene. Every address is relative to where it is
// mounted, so it may stand under a prefix.
func handler(scene Scene) http.Handler {
	static, err := fs.Sub(assets, "assets")
	if err != nil {
		panic(err) // the folder is compiled in
	}
	mux := http.NewServeMux()
	mux.Handle("GET /", http.FileServerFS(static))
	mux.HandleFunc("GET /state", func(w http.ResponseWriter, _ *http.Request) {
		reply(w, http.StatusOK, scene.State())
	})
	mux.HandleFunc("GET /events", func(w http.ResponseWriter, r *http.Request) { stream(w, r, scene.Watch) })
	mux.HandleFunc("GET /files/{id}", func(w http.ResponseWriter, r *http.Request) { download(w, r, scene.File) })
	mux.Handle("POST /act", http.NewCrossOriginProtection().Handler(act(scene.Act)))
	return guard(mux)
}

// guard answers only where the page was asked for by a loopback name. Without it a
// hostile site could point its own name at 127.0.0.1 and drive the demo from there.
func guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !loopback(r.Host) {
			http.Error(w, "This page answers on localhost only.", http.StatusForbidden)
			return
		}
		header := w.Header()
		header.Set("Content-Security-Policy", policy)
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Referrer-Policy", "no-referrer")
		header.Set("Cross-Origin-Opener-Policy", "same-origin")
		header.Set("Cross-Origin-Resource-Policy", "same-origin")
		header.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

func loopback(hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = strings.Trim(hostport, "[]")
	}
	if strings.EqualFold(host, "localhost") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}

// stream sends one empty event at once and one for every change after it. It carries
// no data: the page asks for the state itself, so a missed event costs nothing.
func stream(w http.ResponseWriter, r *http.Request, watch func(context.Context) <-chan struct{}) {
	changes := watch(r.Context())
	out := http.NewResponseController(w)
	// A server's write timeout must not end a stream that lives as long as the tab.
	// Where the writer has no deadline there is nothing to lift.
	_ = out.SetWriteDeadline(time.Time{})
	w.Header().Set("Content-Type", "text/event-stream")
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for line := "data: {}\n\n"; ; {
		if _, err := w.Write([]byte(line)); err != nil {
			return
		}
		if err := out.Flush(); err != nil {
			return
		}
		select {
		case <-changes:
			line = "data: {}\n\n"
		case <-beat.C:
			line = ": still here\n\n"
		case <-r.Context().Done():
			return
		}
	}
}

func download(w http.ResponseWriter, r *http.Request, find func(string) (File, bool)) {
	file, ok := find(r.PathValue("id"))
	if !ok {
		http.NotFound(w, r)
		return
	}
	// Always saved, never opened: the content is whatever the bot attached.
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": file.Name}))
	w.Header().Set("Content-Type", "application/octet-stream")
	_, _ = w.Write(file.Content)
}

func reply(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

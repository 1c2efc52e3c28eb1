package page

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// shots keeps a picture of the page in every size and both themes, for eyes to judge.
var shots = flag.String("shots", "", "folder to write screenshots to")

func browse(t *testing.T, w *world) context.Context {
	t.Helper()
	return open(t, handler(w.scene()))
}

// open opens a page in a headless browser. Whatever the page logs as an error, a blocked
// request among it, fails the test.
func open(t *testing.T, page http.Handler) context.Context {
	t.Helper()
	program := chromium()
	if program == "" {
		if os.Getenv("CI") == "true" {
			t.Fatal("no chromium or chrome on this machine, and CI must have one")
		}
		t.Skip("no chromium or chrome on this machine")
	}
	server := httptest.NewServer(page)
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(program), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()),
		chromedp.WindowSize(1440, 900),
		chromedp.Flag("force-prefers-reduced-motion", true), // a click misses what still slides into place
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
	)
	allocator, stop := chromedp.NewExecAllocator(t.Context(), options...)
	tab, leave := chromedp.NewContext(allocator)
	t.Cleanup(func() {
		leave()
		stop()
		server.CloseClientConnections() // an event stream lives as long as its tab
		server.Close()
	})
	if err := chromedp.Do(tab); err != nil { // starts the browser, which must outlive the limits of its steps
		t.Fatal(err)
	}
	messages := chromedp.Console(tab)
	go func() {
		for message, err := range messages {
			if err != nil {
				return // the tab is closed
			}
			if message.IsException() || message.Type == chromedp.ConsoleError {
				t.Errorf("the page's console: %s %s", message.Text, message.URL)
			}
		}
	}()
	run(t, tab, chromedp.Navigate(server.URL), chromedp.WaitVisible(testid("person-sam")))
	return tab
}

func chromium() string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

func run(t *testing.T, tab context.Context, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	limited, done := context.WithTimeout(tab, 30*time.Second)
	defer done()
	if err := chromedp.Do(limited, steps...); err != nil {
		t.Fatal(err)
	}
}

// value returns what a script gives.
func value[T any](t *testing.T, tab context.Context, script string) T {
	t.Helper()
	out, err := chromedp.Run(tab, chromedp.Evaluate[T](script))
	if err != nil {
		t.Fatalf("%s: %v", script, err)
	}
	return out
}

// become waits until a script is true.
func become(t *testing.T, tab context.Context, script string) {
	t.Helper()
	if err := poll(tab, script, 30*time.Second); err != nil {
		t.Fatalf("%s never became true: %v", script, err)
	}
}

// poll waits until a script is true. Where it fails, what it looks at is not drawn yet.
func poll(tab context.Context, script string, atMost time.Duration) error {
	patient := "(() => { try { return !!(" + script + ") } catch { return false } })()"
	return chromedp.Do(tab, chromedp.Poll[chromedp.Void](patient, chromedp.WithPollingTimeout(atMost)))
}

// reach waits until the world holds what was done on the page. The page shows
// what a person ticks before its server hears of it.
func reach(t *testing.T, what string, holds func() bool) {
	t.Helper()
	tick, late := time.NewTicker(10*time.Millisecond), time.After(30*time.Second)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-late:
			t.Fatal("never so: " + what)
		}
	}
}

// testid selects by the names that the page keeps stable for tests.
func testid(id string) chromedp.CSS { return chromedp.CSS(`[data-testid="` + id + `"]`) }

// press clicks the first element of a name, once it can be seen.
func press(t *testing.T, tab context.Context, id string) {
	t.Helper()
	click(t, tab, testid(id))
}

// awaitClick notes whether the next click reaches an element, or the one that
// was drawn in its place. It gives whether the element can be seen.
const awaitClick = `(e => {
	const name = (e) => [e.tagName, e.dataset?.testid, e.dataset?.field ?? e.textContent].join();
	const wanted = name(e);
	window.pressed = false;
	document.addEventListener("click", (event) => { window.pressed ||= event.composedPath().some((each) => name(each) === wanted); }, {once: true, capture: true});
	return e.checkVisibility();
})(%s)`

// click clicks as a person does, and as a person again where the page moved or redrew the
// element between looking and pressing: a click counts once it got there.
func click[S chromedp.CSS | chromedp.JSPath](t *testing.T, tab context.Context, on S) {
	t.Helper()
	element := string(on)
	if css, ok := any(on).(chromedp.CSS); ok {
		element = fmt.Sprintf("document.querySelector(%q)", string(css))
	}
	arm := fmt.Sprintf(awaitClick, element)
	var err error
	for range 10 {
		if err = poll(tab, arm, 10*time.Second); err != nil {
			continue
		}
		limited, done := context.WithTimeout(tab, 10*time.Second)
		err = chromedp.Do(limited, chromedp.Click(on, chromedp.NodeVisible))
		done()
		if hit := poll(tab, "window.pressed", 5*time.Second); hit == nil {
			return
		}
	}
	t.Fatalf("clicking %v: %v", on, err)
}

// labelled is the field of the open modal that a label names.
func labelled(label string) chromedp.JSPath {
	return chromedp.JSPath(fmt.Sprintf(`[...document.querySelectorAll("[data-testid=modal] label")].find(l => l.textContent.startsWith(%q))?.control`, label))
}

// button is the last button in the conversation with a text.
func button(text string) chromedp.JSPath {
	return chromedp.JSPath(fmt.Sprintf(`[...document.querySelectorAll("#log [data-testid=button]")].findLast(b => b.textContent === %q)`, text))
}

// still waits until nothing moves on the page.
func still(t *testing.T, tab context.Context) {
	t.Helper()
	become(t, tab, `document.getAnimations().every(a => a.playState !== "running")`)
}

// picture writes a screenshot when the flag asks for them.
func picture(t *testing.T, tab context.Context, name string) {
	t.Helper()
	if *shots == "" {
		return
	}
	still(t, tab)
	png, err := chromedp.Run(tab, chromedp.CaptureScreenshot())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(*shots, strings.ReplaceAll(name, "/", "-")+".png"), png, 0o644); err != nil {
		t.Fatal(err)
	}
}

// screen is a size and a theme.
func screen(width, height int64, theme string) chromedp.Action[chromedp.Void] {
	return chromedp.Steps(chromedp.EmulateViewport(width, height), chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := cdp.Call(ctx, tab, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: theme}},
		})
		return err
	}))
}

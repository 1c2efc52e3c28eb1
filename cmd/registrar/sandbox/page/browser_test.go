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

// become waits until a script is true. Where it fails, what it looks at is not drawn yet.
func become(t *testing.T, tab context.Context, script string) {
	t.Helper()
	patient := "(() => { try { return !!(" + script + ") } catch { return false } })()"
	if err := chromedp.Do(tab, chromedp.Poll[chromedp.Void](patient, chromedp.WithPollingTimeout(30*time.Second))); err != nil {
		t.Fatalf("%s never became true: %v", script, err)
	}
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

// click clicks as a person does, and as a person again where the page redrew the element
// between looking and pressing.
func click[S chromedp.Selectable](t *testing.T, tab context.Context, on S) {
	t.Helper()
	limited, done := context.WithTimeout(tab, 30*time.Second)
	defer done()
	err := chromedp.Do(limited, chromedp.Click(on, chromedp.NodeVisible))
	for err != nil && strings.Contains(err.Error(), "Could not find node") {
		err = chromedp.Do(limited, chromedp.Click(on, chromedp.NodeVisible))
	}
	if err != nil {
		t.Fatalf("clicking %v: %v", on, err)
	}
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

package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// tab is a browser tab on the demo's page.
type tab struct {
	t      *testing.T
	ctx    context.Context
	config Config // of the bot behind it
}

// openDemo starts the demo as `registrar demo` does and opens its page in a
// headless browser.
func openDemo(t *testing.T) tab {
	t.Helper()
	program := chromium(t)
	ctx, stop := context.WithCancel(t.Context())
	type started struct {
		page   net.Addr
		config Config
	}
	ready, ended := make(chan started, 1), make(chan error, 1)
	go func() {
		ended <- demo(ctx, "127.0.0.1:0", newLogger(t.Output(), true, slog.LevelWarn), func(page net.Addr, c Config) { ready <- started{page, c} })
	}()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(program), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()), chromedp.WindowSize(1440, 900),
		chromedp.Flag("force-prefers-reduced-motion", true), // a click misses what still slides into place
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
	)
	allocator, quit := chromedp.NewExecAllocator(context.WithoutCancel(ctx), options...)
	browser, leave := chromedp.NewContext(allocator)
	t.Cleanup(func() {
		leave()
		quit()
		stop()
		if err := <-ended; err != nil {
			t.Errorf("the demo ended with: %v", err)
		}
	})
	b := tab{t: t, ctx: browser}
	// The first step starts the browser, which lives as long as its context.
	if err := chromedp.Do(browser, chromedp.EmulateViewport(1440, 900)); err != nil {
		t.Fatal(err)
	}
	select {
	case at := <-ready:
		b.config = at.config
		b.do(chromedp.Navigate("http://"+at.page.String()), chromedp.WaitVisible(testid("person-sam")))
	case err := <-ended:
		ended <- err
		t.Fatal("the demo did not start")
	}
	return b
}

func chromium(t *testing.T) string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("CI") == "true" {
		t.Fatal("no chromium on this machine, and CI must have one")
	}
	t.Skip("no chromium on this machine")
	return ""
}

func testid(id string) chromedp.CSS { return chromedp.CSS(`[data-testid="` + id + `"]`) }

func (b tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	// What is waited for may never come, and a browser waits for ever.
	limited, done := context.WithTimeout(b.ctx, 60*time.Second)
	defer done()
	if err := chromedp.Do(limited, steps...); err != nil {
		b.t.Fatal(err)
	}
}

// become waits until a script is true.
func (b tab) become(what, script string) {
	b.t.Helper()
	if err := b.poll(script, time.Minute); err != nil {
		b.t.Fatalf("never: %s (%v)", what, err)
	}
}

// poll waits until a script is true. Where it fails, what it looks at is not
// drawn yet.
func (b tab) poll(script string, atMost time.Duration) error {
	patient := "(() => { try { return !!(" + script + ") } catch { return false } })()"
	return chromedp.Do(b.ctx, chromedp.Poll[chromedp.Void](patient, chromedp.WithPollingTimeout(atMost)))
}

func (b tab) text(script string) string {
	b.t.Helper()
	out, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](script))
	if err != nil {
		b.t.Fatalf("%s: %v", script, err)
	}
	return out
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

// clickOn clicks as a person does, and as a person again where the page moved
// or redrew the element between looking and pressing: a click counts once it
// got there.
func clickOn[S chromedp.CSS | chromedp.JSPath](b tab, on S) {
	b.t.Helper()
	element := string(on)
	if css, ok := any(on).(chromedp.CSS); ok {
		element = fmt.Sprintf("document.querySelector(%q)", string(css))
	}
	arm := fmt.Sprintf(awaitClick, element)
	var err error
	for range 10 {
		if err = b.poll(arm, 10*time.Second); err != nil {
			continue
		}
		limited, done := context.WithTimeout(b.ctx, 10*time.Second)
		err = chromedp.Do(limited, chromedp.Click(on, chromedp.NodeVisible))
		done()
		if hit := b.poll("window.pressed", 5*time.Second); hit == nil {
			return
		}
	}
	b.t.Fatalf("clicking %v: %v", on, err)
}

// press clicks what a test id names; click clicks the last button of the
// conversation with that text, once it is there.
func (b tab) press(id string) {
	b.t.Helper()
	b.become(id+" is there", fmt.Sprintf(`!!document.querySelector('[data-testid=%q]')`, id))
	clickOn(b, testid(id))
}

const lastButton = `[...document.querySelectorAll("#log [data-testid=button]")].findLast(b => b.textContent === %q)`

func (b tab) click(text string) {
	b.t.Helper()
	b.become("a button "+text, "!!"+fmt.Sprintf(lastButton, text))
	clickOn(b, chromedp.JSPath(fmt.Sprintf(lastButton, text)))
}

// clickUntil clicks a button until that shows: a button that the bot redraws
// under the pointer is not pressed.
func (b tab) clickUntil(text, what, script string) {
	b.t.Helper()
	for range 12 {
		if b.poll("!!"+fmt.Sprintf(lastButton, text), 5*time.Second) == nil {
			clickOn(b, chromedp.JSPath(fmt.Sprintf(lastButton, text)))
		}
		if b.poll(script, 5*time.Second) == nil {
			return
		}
	}
	b.t.Fatalf("never: %s after %s", what, text)
}

// as switches to a person and a channel.
func (b tab) as(person, channel string) {
	b.t.Helper()
	b.press("person-" + person)
	b.press("channel-" + channel)
}

// command types a slash command and waits for its modal.
func (b tab) command(line, title string) {
	b.t.Helper()
	b.do(chromedp.SendKeys(testid("composer"), line))
	b.press("send")
	b.become("modal "+title, fmt.Sprintf(`document.querySelector("[data-testid=modal] h2")?.textContent === %q`, title))
}

// fill types into the field of the modal with that label.
func (b tab) fill(label, text string) {
	b.t.Helper()
	field := fmt.Sprintf(`[...document.querySelectorAll("[data-testid=modal] label")].find(l => l.textContent.startsWith(%q))?.control`, label)
	b.become("field "+label, "!!"+field)
	b.do(chromedp.SendKeys(chromedp.JSPath(field), text))
}

// open opens the record beside Slack that a test id and a name lead to.
func (b tab) open(id, by, name string) {
	b.t.Helper()
	at := fmt.Sprintf(`[data-testid=%q][data-%s=%q]`, id, by, name)
	b.become(name+" is listed", fmt.Sprintf(`!!document.querySelector('%s')`, at))
	clickOn(b, chromedp.CSS(at))
}

// submit presses the modal's submit button once it has that text.
func (b tab) submit(text string) {
	b.t.Helper()
	b.become("submit button "+text, fmt.Sprintf(`document.querySelector("[data-testid=modal-submit]")?.textContent === %q`, text))
	b.press("modal-submit")
}

// modalSays and logSays wait for a text in the modal or the conversation.
func (b tab) modalSays(text string) {
	b.t.Helper()
	b.become("the modal says "+text, fmt.Sprintf(`!!document.querySelector("[data-testid=modal]")?.textContent.includes(%q)`, text))
}

func (b tab) logSays(text string) {
	b.t.Helper()
	b.become("the conversation says "+text, fmt.Sprintf(`document.getElementById("log").textContent.includes(%q)`, text))
}

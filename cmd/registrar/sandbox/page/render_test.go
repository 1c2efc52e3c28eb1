package page

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

func TestScreens(t *testing.T) {
	tab := browse(t, newWorld(t))
	for _, theme := range []string{"light", "dark"} {
		for _, size := range [][2]int64{{1440, 900}, {900, 1000}, {375, 812}} {
			run(t, tab, screen(size[0], size[1], theme))
			name := func(what string) string { return fmt.Sprintf("%d-%s-%s", size[0], theme, what) }
			narrow := size[0] < 1100
			visit := func(who, channel string) {
				press(t, tab, "person-"+who)
				if narrow {
					press(t, tab, "dock-chat")
				}
				if size[0] < 720 {
					press(t, tab, "channel-menu")
				}
				press(t, tab, "channel-"+channel)
			}
			check := func(what string) {
				t.Helper()
				still(t, tab)
				picture(t, tab, name(what))
				wide := value[string](t, tab, `[...document.querySelectorAll("body *")].filter(e => e.checkVisibility() && e.getBoundingClientRect().right > innerWidth + 1 && !e.closest(".table, .who")).map(e => e.tagName + "." + e.className).slice(0, 3).join()`)
				if wide != "" {
					t.Errorf("%s: wider than the window: %s", name(what), wide)
				}
			}
			visit("sam", "support")
			check("support")
			press(t, tab, "message-menu")
			become(t, tab, `document.activeElement.dataset.testid === "shortcut-lookup"`)
			check("menu")
			run(t, tab, chromedp.KeyEvent(kb.Escape))
			visit("sam", "approvals")
			check("card")
			press(t, tab, "open-thread")
			check("thread")
			press(t, tab, "close-thread")
			run(t, tab, chromedp.SendKeys(testid("composer"), "/"))
			check("commands")
			run(t, tab, chromedp.SendKeys(testid("composer"), "lookup x"))
			check("usage")
			run(t, tab, chromedp.Evaluate[chromedp.Void](`document.getElementById("composer").select()`), chromedp.KeyEvent(kb.Backspace))
			if size[0] < 720 {
				press(t, tab, "channel-menu")
				check("channels")
				press(t, tab, "channel-menu")
			}
			visit("sam", "alerts")
			check("blocks")
			visit("sam", "direct")
			press(t, tab, "app-home")
			become(t, tab, `!!document.querySelector("[data-testid=home]")`)
			check("home")
			press(t, tab, "app-messages")
			press(t, tab, "person-max")
			if narrow {
				press(t, tab, "dock-chat")
			}
			check("modal")
			press(t, tab, "person-ana")
			if narrow {
				press(t, tab, "dock-story")
				check("story")
				press(t, tab, "dock-learnupon")
				check("records")
			} else {
				press(t, tab, "tab-records")
			}
			click(t, tab, chromedp.CSS(`[data-testid="record"][data-email="jo.park@lakeside.example"]`))
			check("record")
			press(t, tab, "record-close")
			if narrow {
				press(t, tab, "dock-salesforce")
			} else {
				press(t, tab, "tab-salesforce")
			}
			check("salesforce")
			click(t, tab, chromedp.CSS(`[data-testid="sf-contact"][data-email="x@evil.example"]`))
			check("contact")
			press(t, tab, "sf-close")
			if narrow {
				press(t, tab, "dock-mail")
			} else {
				press(t, tab, "tab-mail")
			}
			press(t, tab, "mail")
			check("mail")
			press(t, tab, "mail-close")
		}
	}
}

// hostile is what a learner may have typed anywhere.
var hostile = []string{`<img src=x onerror="document.title='pwned'">`, "<!channel>", "\u202egnp.exe", "<script>alert(1)</script>"}

func TestOutsideTextStaysText(t *testing.T) {
	tab := browse(t, newWorld(t))
	press(t, tab, "channel-alerts")
	message := `document.querySelector('[data-testid="message"]')`
	become(t, tab, `!!`+message)
	for _, block := range []string{"section", "context", "rich_text", "table", "markdown", "image"} {
		shown := value[string](t, tab, `[...`+message+`.querySelectorAll('[data-block="`+block+`"]')].map(e => e.textContent).join("\n")`)
		for _, text := range hostile {
			if !strings.Contains(shown, text) {
				t.Errorf("block %s does not show %q as it is", block, text)
			}
		}
	}
	for what, script := range map[string]string{
		"elements from data": message + `.querySelectorAll("script, img:not(.avatar), iframe, style, b, i").length`,
		"script links":       `[...document.querySelectorAll("a")].filter(a => !/^(https?|mailto):$/.test(a.protocol)).length`,
		"loud mentions":      message + `.querySelectorAll(".mention.loud").length - 2`, // <!here> and one broadcast are meant
		"handlers":           `document.querySelectorAll("[onerror]").length`,
	} {
		if n := value[int](t, tab, script); n != 0 {
			t.Errorf("%s: %d", what, n)
		}
	}
	if title := value[string](t, tab, `document.title`); title != "Registrar demo" {
		t.Errorf("the title became %q", title)
	}
}

func TestEveryBlockIsDrawn(t *testing.T) {
	tab := browse(t, newWorld(t))
	press(t, tab, "channel-alerts")
	for _, selector := range []string{
		".header", ".text strong", ".text em", ".text s", ".text code", ".text pre", ".text blockquote", ".text .mention",
		`.text a[href="https://example.com/a?b=1&c=2"]`, `.accessory a[href="https://example.com/plan"]`, ".fields", "hr", ".context",
		".rich ul li", ".rich ol[start='3'] li", ".rich .indent-1", ".rich blockquote", ".rich pre", ".rich time", ".rich .emoji",
		".table th", ".table .align-right", ".md h4", ".md strong", ".md ul li", ".md ol li", ".md pre", ".md blockquote",
		".actions .button.primary", ".actions .button.danger", ".actions select", `.actions input[type="date"]`,
	} {
		become(t, tab, `!!document.querySelector("#log [data-testid=message] `+strings.ReplaceAll(selector, `"`, `\"`)+`")`)
	}
	if unknown := value[string](t, tab, `[...document.querySelectorAll(".unknown")].map(e => e.textContent).join()`); unknown != "Slack block video_from_tomorrow" {
		t.Errorf("blocks the page does not know: %q", unknown)
	}
	press(t, tab, "person-ada")
	for _, selector := range []string{".alert.info", ".alert.warning", ".alert.error", ".alert.success", "textarea", `input[type="email"]`, `input[type="url"]`, "select", `input[type="radio"]`, `input[type="checkbox"]`} {
		become(t, tab, `!!document.querySelector("[data-testid=modal] `+strings.ReplaceAll(selector, `"`, `\"`)+`")`)
	}
}

package main

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// pictures is how the screenshot in the README, demo.png, is made:
//
//	go test ./cmd/registrar -run TestStory -pictures ../../deploy
var pictures = flag.String("pictures", "", "folder to write screenshots of the demo to")

// TestStory walks the demo's story in a real browser: one support person sends
// an invitation again, another asks for a confirmation and is refused their own
// approval, an approver approves, the link is pasted, the person is confirmed,
// and the trail of all that verifies.
func TestStory(t *testing.T) {
	if testing.Short() {
		t.Skip("a whole browser")
	}
	b := openDemo(t)

	b.as("sam", "academy-support")
	b.command("/resend-confirmation priya.nair@lakeside.example", "Resend confirmation")
	b.submit("Continue")
	b.modalSays("Lakeside College")
	b.shoot("plan")
	b.submit("Apply")
	b.modalSays("approvals channel")
	b.press("modal-close")
	b.press("tab-mail")
	b.become("the mail to Priya is there", `!!document.querySelector('[data-testid=mail][data-to="priya.nair@lakeside.example"]')`)

	b.as("max", "academy-support")
	b.command("/confirm-user tom.becker@lakeside.example", "Confirm user")
	b.fill("Reason", "Ticket 4711: the mail never came")
	b.submit("Continue")
	b.modalSays("mailbox check")
	b.shoot("demo")
	b.submit("Request approval")
	b.modalSays("Sent")
	b.press("modal-close")
	b.as("max", "academy-approvals")
	b.click("Approve")
	b.logSays("Nobody approves their own run")
	b.shoot("refused")

	b.as("ana", "academy-approvals")
	b.click("Approve")
	b.press("tab-records")
	b.do(chromedp.Click(chromedp.CSS(`[data-testid=record][data-email="tom.becker@lakeside.example"]`)))
	b.become("the record shows its link", `!!document.querySelector("[data-testid=confirmation-link]")`)
	link := b.text(`document.querySelector("[data-testid=confirmation-link]").value ?? document.querySelector("[data-testid=confirmation-link]").textContent`)
	b.click("Done")
	b.fill("Confirmation link", strings.TrimSpace(link))
	b.submit("Done")
	b.become("Tom is confirmed", `!document.querySelector("[data-testid=confirmation-link]")`)
	b.logSays("N/A is gone")
	b.click("Done")
	b.logSays("Done: all 3 steps")
	b.shoot("done")

	b.as("sam", "academy-support")
	b.command("/lookup maria.obrien@hillcrest.example", "Look up")
	b.submit("Look up")
	b.modalSays("131")
	b.shoot("lookup")
	b.press("modal-close")
	b.become("the story is told", `[...document.querySelectorAll("[data-testid=story-step]")].every(s => s.dataset.done === "true")`)
}

// shoot writes a picture of the page where the flag asks for it.
func (b tab) shoot(name string) {
	b.t.Helper()
	if *pictures == "" {
		return
	}
	b.do(chromedp.Sleep(400 * time.Millisecond)) // animations end
	png, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(*pictures, name+".png"), png, 0o644); err != nil {
		b.t.Fatal(err)
	}
}

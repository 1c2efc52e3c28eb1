package main

import (
	"flag"
	"fmt"
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
	b.become("the mail to Priya is there", `document.querySelector('[data-testid=mail][data-to="priya.nair@lakeside.example"]').textContent.includes("Northwind Academy")`)

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
	b.open("record", "email", "tom.becker@lakeside.example")
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
	b.told(1)

	trail := verifiedTrail(t, b.config)
	for _, kind := range []string{"run.requested", "run.approve", "run.succeeded", "report.read"} {
		if !strings.Contains(trail, `"`+kind+`"`) {
			t.Errorf("no %s in the trail", kind)
		}
	}
	if strings.Contains(trail, strings.TrimSpace(link)) {
		t.Error("the link is in the trail")
	}
}

// TestThreeMore walks the second chapter: what is changed in two systems, what
// a person has to do because LearnUpon has no API for it, and a deletion that
// takes two approvers and can be stopped while it waits.
func TestThreeMore(t *testing.T) {
	if testing.Short() {
		t.Skip("a whole browser")
	}
	b := openDemo(t)
	b.stopMail()
	b.makeGroup()
	b.makeOneOfTwo()
	b.told(2)
}

func (b tab) stopMail() {
	b.t.Helper()
	b.as("sam", "academy-support")
	b.command("/opt-out wei.chen@hillcrest.example", "Opt out")
	b.submit("Continue")
	b.modalSays("Opt-out from emails/messages")
	b.shoot("opt-out-plan")
	b.submit("Apply")
	b.modalSays("approvals channel")
	b.press("modal-close")
	b.press("tab-salesforce")
	b.open("sf-contact", "email", "wei.chen@hillcrest.example")
	b.become("Salesforce knows", field("Email Opt Out")+`?.querySelector("input").checked`)
	b.press("sf-close")
	b.as("sam", "academy-approvals")
	b.logSays("This person must receive no mail")
	b.shoot("opt-out-ask")
	b.press("tab-records")
	b.open("record", "email", "wei.chen@hillcrest.example")
	b.press("opt-out")
	b.become("LearnUpon knows", `document.querySelector("[data-testid=opt-out]").checked`)
	b.shoot("opt-out-switch")
	b.click("Done")
	b.logSays("Done: all 2 steps")
	b.press("record-close")
}

func (b tab) makeGroup() {
	b.t.Helper()
	b.as("sam", "academy-support")
	b.command("/create-group Riverbend Institute", "Create group")
	b.fill("Reason", "Ticket 4712: Riverbend starts on Monday")
	b.submit("Continue")
	b.fill("Add the people who were waiting?", "Yes") // a select goes by what is typed
	b.submit("Continue")
	b.modalSays("grace.kimani@riverbend.example")
	b.shoot("group-plan")
	b.submit("Request approval")
	b.modalSays("Sent")
	b.press("modal-close")
	b.as("ana", "academy-approvals")
	b.click("Approve")
	b.press("tab-salesforce")
	b.open("sf-account", "name", "Riverbend Institute")
	b.become("the account has its group", `/^\d+$/.test(`+field("LearnUpon Group ID")+`?.textContent)`)
	b.shoot("group-done")
	b.press("sf-close")
	b.open("sf-contact", "email", "ivan.novak@riverbend.example")
	clickOn(b, chromedp.JSPath(field("Create in LearnUpon")+`.querySelector("input")`))
	b.become("the sync gave Ivan an account", `/^\d+$/.test(`+field("LU User ID")+`?.textContent)`)
	b.shoot("group-contact")
	b.press("tab-records")
	b.open("group", "name", "Riverbend Institute")
	for _, name := range []string{"Grace Kimani", "Ivan Novak"} {
		b.become(name+" is in the group", fmt.Sprintf(`document.querySelector("[data-testid=record-page]").textContent.includes(%q)`, name))
	}
	b.press("record-close")
}

func (b tab) makeOneOfTwo() {
	b.t.Helper()
	b.as("max", "academy-support")
	b.command("/merge-users daniel.costa@hillcrest.example dcosta@mail.example delete", "Merge users")
	b.fill("Reason", "Ticket 4713: Daniel signs in twice")
	b.submit("Continue")
	b.modalSays("This cannot be undone")
	b.shoot("merge-plan")
	b.submit("Request approval")
	b.modalSays("Sent")
	b.press("modal-close")
	b.as("ana", "academy-approvals")
	b.logSays("Waiting for 2 approvals")
	b.shoot("merge-card")
	b.click("Approve")
	b.press("confirm-agree")
	b.logSays("Waiting for one approval")
	b.as("ada", "academy-approvals")
	b.click("Approve")
	b.press("confirm-agree")
	b.logSays("anyone here can press Stop")
	b.shoot("merge-wait")
	b.as("max", "academy-approvals")
	b.click("Stop")
	b.logSays("Cancelled; nothing was changed")
	b.press("tab-records")
	b.open("record", "email", "dcosta@mail.example")
	b.shoot("merge-stopped")
}

// field is what an open record beside Slack shows under a label.
func field(label string) string {
	return fmt.Sprintf(`document.querySelector('.pane:not([hidden]) [data-label=%q] dd')`, label)
}

// told waits until a chapter of the story is done to its end.
func (b tab) told(chapter int) {
	b.t.Helper()
	b.become("the story is told", fmt.Sprintf(`document.querySelectorAll("[data-testid=story-chapter]")[%d].dataset.done === "true"`, chapter-1))
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

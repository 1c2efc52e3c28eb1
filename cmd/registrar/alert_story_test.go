package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestAlertStory walks the third chapter: the sync of Salesforce and LearnUpon
// fails for somebody, the alert says why and leads to what mends it, and closes
// by itself; an address in a message is looked up, which leads to a request that
// waits at an approver's Home.
func TestAlertStory(t *testing.T) {
	if testing.Short() {
		t.Skip("a whole browser")
	}
	b := openDemo(t)
	b.failSync()
	b.mendSync()
	b.retire()
	b.lookAround()
	b.told(3)

	trail := verifiedTrail(t, b.config)
	for _, kind := range []string{"alert.", "run.succeeded", "report.read"} {
		if !strings.Contains(trail, `"`+kind) {
			t.Errorf("no %s in the trail", kind)
		}
	}
}

// failSync has somebody in Salesforce ask for an account that is there already.
func (b tab) failSync() {
	b.t.Helper()
	b.press("tab-salesforce")
	b.open("sf-contact", "email", "noor.haddad@lakeside.example")
	b.become("the box can be ticked", "!!"+field("Create in LearnUpon"))
	clickOn(b, chromedp.JSPath(field("Create in LearnUpon")+`.querySelector("input")`))
	b.become("the box is ticked", field("Create in LearnUpon")+`.querySelector("input").checked`)
	b.become("LearnUpon refuses", field("Response Message")+`?.textContent === "Email address already in use"`)
}

func (b tab) mendSync() {
	b.t.Helper()
	b.as("sam", "sync-alerts")
	b.logSays("Sync error: Noor Haddad")
	b.logSays("Fix sync") // the records were read, and say why
	b.shoot("alert")
	b.clickUntil("Fix…", "modal Fix sync", modalTitled("Fix sync"))
	b.submit("Continue")
	b.modalSays("LU User ID")
	b.shoot("alert-plan")
	b.submit("Apply")
	b.modalSays("approvals channel")
	b.press("modal-close")
	b.become("the contact knows its account", `/^\d+$/.test(`+field("LU User ID")+`?.textContent)`)
	b.logSays("closed itself")
	b.shoot("alert-closed")
	b.press("sf-close")
}

// retire looks an address up from a message, asks for what the finding offers,
// and has it approved from Home.
func (b tab) retire() {
	b.t.Helper()
	b.as("sam", "academy-support")
	b.press("message-menu")
	b.press("shortcut-lookup_message")
	b.become("modal Look up", modalTitled("Look up"))
	b.submit("Look up")
	b.modalSays("BambooHR")
	b.modalSays("LearnUpon (partners)")
	b.shoot("lookup-message")
	clickOn(b, chromedp.JSPath(`[...document.querySelectorAll("[data-testid=modal] [data-testid=button]")].find(b => b.textContent === "Deactivate")`))
	b.become("modal Deactivate", modalTitled("Deactivate"))
	b.fill("Reason", "Ticket 4714: Lena has left")
	b.submit("Continue")
	b.fill("Portal", "LearnUpon") // a select goes by what is typed
	b.submit("Continue")
	b.submit("Request approval")
	b.modalSays("Sent")
	b.press("modal-x")

	b.as("ana", "direct")
	b.press("app-home")
	b.become("it waits for Ana", `document.querySelector("[data-testid=home]").textContent.includes("lena.fischer@northwind.example")`)
	b.shoot("home")
	b.clickUntil("Open", "the card", `[...document.querySelectorAll("#log [data-testid=message]")].at(-1).textContent.includes("Deactivate")`)
	b.click("Approve")
	b.press("tab-records")
	b.open("record", "email", "lena.fischer@northwind.example")
	b.become("Lena cannot sign in", `document.querySelector("[data-testid=record-status]").textContent === "Disabled"`)
}

func modalTitled(title string) string {
	return fmt.Sprintf(`document.querySelector("[data-testid=modal] h2").textContent === %q`, title)
}

func (b tab) lookAround() {
	b.t.Helper()
	b.as("sam", "academy-support")
	b.command("/system-status", "System status")
	b.modalSays("Database upgrade")
	b.shoot("system-status")
	b.press("modal-close")
	b.command("/runs", "Runs")
	b.submit("Look up")
	b.modalSays("lena.fischer@northwind.example")
	b.shoot("runs")
	b.press("modal-close")
}

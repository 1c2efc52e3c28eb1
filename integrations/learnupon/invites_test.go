package learnupon_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"registrar/integrations/learnupon"
	"registrar/integrations/learnupon/learnupontest"
	"registrar/integrations/rest"
)

func TestInvites(t *testing.T) {
	server, client := portal(t, learnupontest.Options{PageSize: 2})
	group := server.AddGroup("East")
	now := time.Now()
	for _, email := range []string{"a@x.edu", "b@x.edu", "c@x.edu"} {
		server.AddInvite(learnupontest.Invite{Email: email, GroupID: group})
	}
	lapsed := server.AddInvite(learnupontest.Invite{
		Email: "Jo@x.edu", FirstName: "Jo", Type: "manager", GroupID: group, ExpiresAt: now.Add(-time.Hour),
		CustomData: map[string]string{"Region": "East"}, SFContactID: "003X",
	})
	server.AddInvite(learnupontest.Invite{Email: "jo@x.edu"})
	server.AddPortalInvite(learnupontest.Invite{Email: "jo@x.edu"})

	found, err := client.InvitesByEmail(t.Context(), "jo@X.edu")
	if err != nil || len(found) != 2 {
		t.Fatalf("%v, %v", found, err)
	}
	first := found[0]
	if first.ID != learnupon.ID(lapsed) || !first.Lapsed(now) || first.Open(now) || first.UserType != "manager" ||
		first.CustomDataCount != 1 || first.SFContactID != "003X" || first.GroupID != learnupon.ID(group) {
		t.Errorf("%+v", first)
	}
	if second := found[1]; second.Lapsed(now) || !second.Open(now) || second.GroupID != 0 {
		t.Errorf("%+v", second)
	}
	link, err := client.AcceptLink(first)
	if err != nil || !strings.HasPrefix(link, server.URL+"/invites/accept/") {
		t.Errorf("accept link %q, %v", link, err)
	}
	if _, err := client.AcceptLink(learnupon.Invite{}); err == nil {
		t.Error("an invite without a link has one")
	}
}

func TestInviteAgain(t *testing.T) {
	for name, linkOnce := range map[string]bool{"link listed": false, "link told once": true} {
		t.Run(name, func(t *testing.T) {
			server, client := portal(t, learnupontest.Options{LinkOnce: linkOnce})
			group := server.AddGroup("East")
			course := learnupon.ID(server.AddCourse(learnupontest.Course{Name: "Safety"}))
			old := learnupon.ID(server.AddInvite(learnupontest.Invite{Email: "jo@x.edu", GroupID: group}))
			n := learnupon.NewInvite{Email: "jo@x.edu", GroupID: learnupon.ID(group), UserType: "manager", FirstName: "Jo"}

			if _, err := client.CreateInvite(t.Context(), n); err == nil || unsure(err) {
				t.Fatalf("invited twice: %v", err)
			}
			if err := client.CancelInvite(t.Context(), old); err != nil {
				t.Fatal(err)
			}
			if i, err := client.Invite(t.Context(), old); err != nil || i.Status != learnupon.InviteCanceled {
				t.Errorf("%+v, %v", i, err)
			}
			made, err := client.CreateInvite(t.Context(), n)
			if err != nil || made.ID == old || made.UserType != "manager" || made.FirstName != "Jo" || made.GroupID != n.GroupID {
				t.Fatalf("%+v, %v", made, err)
			}
			if _, err := client.AcceptLink(made); err != nil {
				t.Error(err)
			}
			if err := client.AddPendingEnrollment(t.Context(), made, course); err != nil {
				t.Fatal(err)
			}
			pending, err := client.PendingEnrollments(t.Context(), made)
			if err != nil || len(pending) != 1 || pending[0].CourseID != course || pending[0].CourseName != "Safety" {
				t.Errorf("%+v, %v", pending, err)
			}
		})
	}
}

// How the answer to an invitation looks is not documented: what counts is what the portal lists afterwards.
func TestInviteAnswersOfAnyShape(t *testing.T) {
	for name, body := range map[string]string{
		"flat":  `{"id":%ID%,"accept_url":"/a"}`,
		"list":  `[{"id":%ID%}]`,
		"plain": `{"success":"ok"}`,
	} {
		t.Run(name, func(t *testing.T) {
			server, client := portal(t, learnupontest.Options{})
			id := learnupon.ID(server.AddInvite(learnupontest.Invite{Email: "jo@x.edu"}))
			server.Fail(learnupontest.Fault{Method: "POST", Status: 200, Body: strings.ReplaceAll(body, "%ID%", id.String())})
			made, err := client.CreateInvite(t.Context(), learnupon.NewInvite{Email: "jo@x.edu"})
			if err != nil || made.ID != id {
				t.Errorf("%+v, %v", made, err)
			}
		})
	}
}

func TestInviteWritesThatChangeNothing(t *testing.T) {
	server, client := portal(t, learnupontest.Options{})
	invite := learnupon.Invite{ID: learnupon.ID(server.AddInvite(learnupontest.Invite{Email: "jo@x.edu"}))}
	server.Fail(learnupontest.Fault{Method: "DELETE", Status: 200, Body: "{}"})
	server.Fail(learnupontest.Fault{Method: "POST", Status: 200, Body: "{}"})
	if err := client.CancelInvite(t.Context(), invite.ID); !errors.Is(err, rest.ErrNotApplied) || !unsure(err) {
		t.Errorf("cancel: %v", err)
	}
	if _, err := client.CreateInvite(t.Context(), learnupon.NewInvite{Email: "al@x.edu"}); !errors.Is(err, rest.ErrNotApplied) || !unsure(err) {
		t.Errorf("create: %v", err)
	}
	if err := client.AddPendingEnrollment(t.Context(), invite, 5); !errors.Is(err, rest.ErrNotApplied) || !unsure(err) {
		t.Errorf("pending: %v", err)
	}
}

// One address goes into one invite: a comma would invite a second person.
func TestInviteOnePersonOnly(t *testing.T) {
	server, client := portal(t, learnupontest.Options{})
	for _, n := range []learnupon.NewInvite{
		{Email: "a@x.edu,b@x.edu"}, {Email: "a@x.edu b@x.edu"}, {Email: "a@x.edu", UserType: "emperor"},
	} {
		if _, err := client.CreateInvite(t.Context(), n); err == nil || unsure(err) {
			t.Errorf("%+v: %v", n, err)
		}
	}
	if got := server.Writes(); len(got) != 0 {
		t.Errorf("sent %v", got)
	}
}

func TestConfirm(t *testing.T) {
	server, client := portal(t, learnupontest.Options{})
	server.SelfRegister(learnupontest.User{Email: "jo@x.edu"})
	user, _ := server.Snapshot().User("jo@x.edu")

	if err := client.OpenLink(t.Context(), user.ConfirmationLink); err != nil {
		t.Fatal(err)
	}
	if now, _ := server.Snapshot().User("jo@x.edu"); !now.Confirmed {
		t.Error("not confirmed")
	}
	err := client.OpenLink(t.Context(), user.ConfirmationLink)
	if !rest.IsNotFound(err) || unsure(err) || strings.Contains(err.Error(), "token") {
		t.Errorf("a second time: %v", err)
	}
	calls := server.Calls()
	if len(calls) != 2 || slices.ContainsFunc(calls, func(c learnupontest.Call) bool { return c.Key }) {
		t.Errorf("%+v: one call each, without credentials", calls)
	}
	server.Fail(learnupontest.Fault{Route: learnupontest.ConfirmationRoute, Cut: true, Status: 200})
	if err := client.OpenLink(t.Context(), user.ConfirmationLink); !unsure(err) {
		t.Errorf("cut off: %v", err)
	}
	if n := server.Count("GET", learnupontest.ConfirmationRoute); n != 3 {
		t.Errorf("opened %d times", n)
	}
}

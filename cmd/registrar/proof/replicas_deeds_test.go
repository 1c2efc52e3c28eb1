package proof

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"registrar/bot/slacktest"
	"registrar/cmd/registrar/registrartest"
	"registrar/integrations/learnupon/learnupontest"
	"registrar/integrations/salesforce/salesforcetest"
)

// deed is a whole conversation about one person or account, from the command to
// the result.
type deed struct {
	action    string
	envelopes int // that Slack delivers in it
	// seed adds the nth one whom it is about, and returns how a card names them.
	seed func(c *crew, n int) (subject string)
	play func(ctx context.Context, k *talk, subject string) error
	// once says what was done twice, or not at all.
	once func(c *crew, subject string) error
}

func deeds() []deed { return []deed{makesGroup(), confirms(), merges()} }

// makesGroup has a person choose who joins, and one approval.
func makesGroup() deed {
	return deed{action: "create-group", envelopes: 5,
		seed: func(c *crew, n int) string {
			name, email := fmt.Sprintf("Institute %03d", n), fmt.Sprintf("learner%03d@institute.example", n)
			account := c.Salesforce.AddAccount(salesforcetest.Account{Name: name, TimeZone: "America/Denver", LastModified: longSince()})
			id := c.LearnUpon.AddUser(learnupontest.User{Email: email, FirstName: "Lee", LastName: "Arner", CreatedAt: longSince()})
			c.Salesforce.AddContact(salesforcetest.Contact{FirstName: "Lee", LastName: "Arner", Email: email, AccountID: account,
				Create: true, LearnUponID: fmt.Sprint(id), LastModified: longSince()})
			return name
		},
		play: func(ctx context.Context, k *talk, subject string) error {
			if err := k.ask(ctx, "/create-group "+subject, map[string]any{"Reason": "ticket", "Add the people who were waiting?": "Yes, add them"}); err != nil {
				return err
			}
			if err := k.press(ctx, registrartest.Ana, subject, "Approve"); err != nil {
				return err
			}
			return k.ends(ctx, subject, ": done.")
		},
		once: func(c *crew, subject string) error {
			a, _ := c.Salesforce.Snapshot().Account(subject)
			groups := slices.DeleteFunc(c.LearnUpon.Snapshot().Groups, func(g learnupontest.GroupView) bool { return g.Title != subject })
			if len(groups) != 1 || groups[0].Members != 1 || a.GroupID != fmt.Sprint(groups[0].ID) {
				return fmt.Errorf("groups %+v, on the account: %q", groups, a.GroupID)
			}
			return nil
		},
	}
}

// confirms has a step that a person does and gives a secret of, and one that is
// read by a person.
func confirms() deed {
	return deed{action: "confirm-user", envelopes: 7,
		seed: func(c *crew, n int) string {
			email := fmt.Sprintf("new%03d@lakeside.example", n)
			c.LearnUpon.SelfRegister(learnupontest.User{Email: email, CreatedAt: longSince()})
			return email
		},
		play: func(ctx context.Context, k *talk, subject string) error {
			if err := k.ask(ctx, "/confirm-user "+subject, map[string]any{"Reason": "ticket"}); err != nil {
				return err
			}
			if err := k.press(ctx, registrartest.Ana, subject, "Approve"); err != nil {
				return err
			}
			if err := k.press(ctx, k.mate, subject, "Done"); err != nil {
				return err
			}
			u, _ := k.LearnUpon.Snapshot().User(subject)
			mate := k.Slack.Person(k.mate)
			if err := k.until(ctx, "the form for the link", func() bool { v := mate.Modal(); return v != nil && v.SubmitText() == "Done" }); err != nil {
				return err
			}
			if wrong, err := k.hand(k.mate).Submit(ctx, map[string]any{"Confirmation link": u.ConfirmationLink}); err != nil || len(wrong) > 0 {
				return fmt.Errorf("the link: refused %v, %w", wrong, err)
			}
			if err := k.until(ctx, "the link opened", func() bool { u, _ := k.LearnUpon.Snapshot().User(subject); return u.Confirmed }); err != nil {
				return err
			}
			if err := k.press(ctx, k.mate, subject, "Done", "Waiting for a person: See that"); err != nil {
				return err
			}
			return k.ends(ctx, subject, ": done.")
		},
		once: func(c *crew, subject string) error {
			if u, _ := c.LearnUpon.Snapshot().User(subject); !u.Confirmed {
				return fmt.Errorf("%s is not confirmed", subject)
			}
			return nil
		},
	}
}

// merges needs two approvals.
func merges() deed {
	const course = "Taken before"
	return deed{action: "merge-users", envelopes: 5,
		seed: func(c *crew, n int) string {
			keep, gone := fmt.Sprintf("keep%03d@hillcrest.example", n), fmt.Sprintf("gone%03d@hillcrest.example", n)
			c.LearnUpon.AddUser(learnupontest.User{Email: keep, FirstName: "Kim", LastName: "Eep", CreatedAt: longSince()})
			id := c.LearnUpon.AddUser(learnupontest.User{Email: gone, FirstName: "Kim", LastName: "Eep", CreatedAt: longSince()})
			taken := c.LearnUpon.AddCourse(learnupontest.Course{Name: fmt.Sprintf("%s %03d", course, n)})
			c.LearnUpon.AddEnrollment(learnupontest.Enrollment{UserID: id, CourseID: taken, Status: "completed", EnrolledAt: longSince(), CompletedAt: longSince()})
			return keep
		},
		play: func(ctx context.Context, k *talk, subject string) error {
			if err := k.ask(ctx, "/merge-users "+subject+" "+goneOf(subject)+" delete", map[string]any{"Reason": "ticket"}); err != nil {
				return err
			}
			for _, who := range []string{registrartest.Ana, registrartest.Ada} {
				if err := k.press(ctx, who, subject, "Approve"); err != nil {
					return err
				}
			}
			return k.ends(ctx, subject, ": done.")
		},
		once: func(c *crew, subject string) error {
			shot := c.LearnUpon.Snapshot()
			u, _ := shot.User(subject)
			courses := slices.DeleteFunc(slices.Clone(u.Courses), func(v learnupontest.CourseView) bool { return !strings.HasPrefix(v.Name, course) })
			if _, there := shot.User(goneOf(subject)); there || len(courses) != 1 || courses[0].Status != "completed" {
				return fmt.Errorf("the duplicate is still there: %t, courses %+v", there, u.Courses)
			}
			return nil
		},
	}
}

func goneOf(subject string) string { return strings.Replace(subject, "keep", "gone", 1) }

// longSince is when records were made that nobody has touched lately.
func longSince() time.Time { return time.Now().AddDate(0, 0, -100) }

// asked keeps the values that a form asks for.
func asked(form *slacktest.View, values map[string]any) map[string]any {
	there := map[string]bool{}
	for _, control := range slacktest.Controls(form.Blocks) {
		there[control.Text] = true
	}
	out := maps.Clone(values)
	maps.DeleteFunc(out, func(name string, _ any) bool { return !there[name] })
	return out
}

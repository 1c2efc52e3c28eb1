package slacktest_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"registrar/bot/slacktest"
)

// A clock is set by hand.
type clock struct{ at time.Time }

func newClock() *clock                  { return &clock{time.Date(2026, 5, 4, 9, 0, 0, 0, time.UTC)} }
func (c *clock) now() time.Time         { return c.at }
func (c *clock) pass(d time.Duration)   { c.at = c.at.Add(d) }
func field(id string) map[string]string { return map[string]string{id: "Taken"} }

// trigger has a person run a command and returns its trigger_id.
func trigger(t *testing.T, srv *slacktest.Server, l *line) string {
	t.Helper()
	f, _ := command(t, srv, l, nil)
	return f["trigger_id"]
}

// command runs a command that l acks with payload, and returns what the app was sent.
func command(t *testing.T, srv *slacktest.Server, l *line, payload any) (sent map[string]string, err error) {
	t.Helper()
	done := make(chan error, 1)
	go func() {
		_, err := srv.Person("U1").Command(t.Context(), "C1", "/ask  x y ")
		done <- err
	}()
	f := l.read()
	if err := unmarshal(f.Payload, &sent); err != nil {
		t.Fatal(err)
	}
	l.ack(f.EnvelopeID, payload)
	return sent, <-done
}

// submit presses the button of the open modal while l acks with payload.
func submit(t *testing.T, srv *slacktest.Server, l *line, payload any) (map[string]string, error) {
	t.Helper()
	type result struct {
		errs map[string]string
		err  error
	}
	done := make(chan result, 1)
	go func() {
		errs, err := srv.Person("U1").Submit(t.Context(), map[string]any{"E-mail": "a@example.edu"})
		done <- result{errs, err}
	}()
	l.ack(l.read().EnvelopeID, payload)
	r := <-done
	return r.errs, r.err
}

func wantError(t *testing.T, err error, want string) {
	t.Helper()
	if want == "" && err != nil || want != "" && (err == nil || err.Error() != want) {
		t.Errorf("error = %v, want %q", err, want)
	}
}

func TestTriggers(t *testing.T) {
	c := newClock()
	srv := workspace(t, slacktest.WithClock(c.now))
	l, api := open(t, srv), client(srv)

	id := trigger(t, srv, l)
	c.pass(3 * time.Second)
	_, err := api.OpenView(id, modal("In time"))
	wantError(t, err, "")
	_, err = api.OpenView(id, modal("Again"))
	wantError(t, err, "exchanged_trigger_id")

	id = trigger(t, srv, l)
	c.pass(3*time.Second + time.Millisecond)
	_, err = api.OpenView(id, modal("Late"))
	wantError(t, err, "expired_trigger_id")

	id = trigger(t, srv, l)
	srv.ExpireTriggers()
	_, err = api.OpenView(id, modal("Late"))
	wantError(t, err, "expired_trigger_id")

	_, err = api.OpenView("1.2.made-up", modal("Bad"))
	wantError(t, err, "invalid_arguments")
}

func TestViewLimits(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(*slack.ModalViewRequest)
		want   string
	}{
		"fine":                  {func(*slack.ModalViewRequest) {}, ""},
		"title of 24":           {func(v *slack.ModalViewRequest) { v.Title = plain(strings.Repeat("t", 24)) }, ""},
		"title of 25":           {func(v *slack.ModalViewRequest) { v.Title = plain(strings.Repeat("t", 25)) }, "invalid_arguments"},
		"submit of 25":          {func(v *slack.ModalViewRequest) { v.Submit = plain(strings.Repeat("t", 25)) }, "invalid_arguments"},
		"close of 25":           {func(v *slack.ModalViewRequest) { v.Close = plain(strings.Repeat("t", 25)) }, "invalid_arguments"},
		"no submit":             {func(v *slack.ModalViewRequest) { v.Submit = nil }, "invalid_arguments"},
		"metadata of 3000":      {func(v *slack.ModalViewRequest) { v.PrivateMetadata = strings.Repeat("m", 3000) }, ""},
		"metadata of 3001":      {func(v *slack.ModalViewRequest) { v.PrivateMetadata = strings.Repeat("m", 3001) }, "invalid_arguments"},
		"callback_id of 256":    {func(v *slack.ModalViewRequest) { v.CallbackID = strings.Repeat("c", 256) }, "invalid_arguments"},
		"external_id of 256":    {func(v *slack.ModalViewRequest) { v.ExternalID = strings.Repeat("c", 256) }, "invalid_arguments"},
		"home instead of modal": {func(v *slack.ModalViewRequest) { v.Type = slack.VTHomeTab }, "invalid_arguments"},
		"a quarter megabyte": {func(v *slack.ModalViewRequest) {
			for range 90 {
				v.Blocks.BlockSet = append(v.Blocks.BlockSet, slack.NewSectionBlock(plain(strings.Repeat("b", 3000)), nil, nil))
			}
		}, "view_too_large"},
	} {
		t.Run(name, func(t *testing.T) {
			srv := workspace(t)
			v := modal("Ask")
			tc.change(&v)
			_, err := client(srv).OpenView(trigger(t, srv, open(t, srv)), v)
			wantError(t, err, tc.want)
			if (len(srv.Violations()) > 0) != (tc.want != "") {
				t.Errorf("violations = %q", srv.Violations())
			}
		})
	}
}

func TestViewStack(t *testing.T) {
	srv := workspace(t)
	l, api := open(t, srv), client(srv)
	ann := srv.Person("U1")
	_, err := api.OpenView(trigger(t, srv, l), modal("One"))
	wantError(t, err, "")
	for _, want := range []string{"", "", "push_limit_reached"} {
		_, err := api.PushView(trigger(t, srv, l), modal("Next"))
		wantError(t, err, want)
	}
	top := ann.Modal()
	if *top.PreviousViewID != ann.Modals()[1].ID || top.RootViewID != ann.Modals()[0].ID {
		t.Errorf("the top view says %+v", top)
	}
	if err := ann.CloseModal(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := len(ann.Modals()); n != 2 {
		t.Errorf("%d modals after Cancel", n)
	}
	if _, err := submit(t, srv, l, map[string]string{"response_action": "clear"}); err != nil || ann.Modal() != nil {
		t.Errorf("clear left %v: %v", ann.Modal(), err)
	}
}

func TestViewUpdate(t *testing.T) {
	srv := workspace(t)
	l, api := open(t, srv), client(srv)
	ann := srv.Person("U1")
	first := modal("Planning")
	first.ExternalID = "draft-1"
	shown, err := api.OpenView(trigger(t, srv, l), first)
	wantError(t, err, "")
	if err := ann.Fill(t.Context(), map[string]any{"E-mail": "kept@example.edu"}); err != nil {
		t.Fatal(err)
	}
	next := modal("Plan")
	next.ExternalID = "draft-1"
	_, err = api.UpdateView(next, "draft-1", "", "")
	wantError(t, err, "")
	if v := ann.Modal(); v.TitleText() != "Plan" || v.State.Values["email"]["value"]["value"] != "kept@example.edu" {
		t.Errorf("after the update: %s, %v", v.TitleText(), v.State)
	}
	_, err = api.UpdateView(next, "", shown.Hash, shown.ID)
	wantError(t, err, "hash_conflict")
	_, err = api.UpdateView(next, "draft-2", "", "")
	wantError(t, err, "duplicate_external_id") // the view names draft-1, which another view has

	next.ExternalID = ""
	_, err = api.UpdateView(next, "", ann.Modal().Hash, shown.ID)
	wantError(t, err, "")
	if err := ann.CloseModal(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, err = api.UpdateView(next, "", "", shown.ID)
	wantError(t, err, "not_found")
}

func TestSubmissionAnswers(t *testing.T) {
	bad := modal("A title that is far too long for Slack")
	for name, tc := range map[string]struct {
		ack       any
		errs      map[string]string
		title     string // of the modal on top afterwards, "" for none
		unusable  bool
		violation string
	}{
		"nothing":       {nil, nil, "", false, ""},
		"empty object":  {map[string]any{}, nil, "", false, ""},
		"errors":        {map[string]any{"response_action": "errors", "errors": field("email")}, field("email"), "Ask", false, ""},
		"unknown block": {map[string]any{"response_action": "errors", "errors": field("mail")}, nil, "Ask", true, `the block "mail"`},
		"no errors":     {map[string]any{"response_action": "errors"}, nil, "Ask", true, "without errors"},
		"update":        {map[string]any{"response_action": "update", "view": modal("New")}, nil, "New", false, ""},
		"push":          {map[string]any{"response_action": "push", "view": modal("Upper")}, nil, "Upper", false, ""},
		"invalid view":  {map[string]any{"response_action": "update", "view": bad}, nil, "Ask", true, "less than 25 characters"},
		"no view":       {map[string]any{"response_action": "push"}, nil, "Ask", true, "missing required field: view"},
		"clear":         {map[string]any{"response_action": "clear"}, nil, "", false, ""},
		"unknown":       {map[string]any{"response_action": "smile"}, nil, "Ask", true, `"smile"`},
	} {
		t.Run(name, func(t *testing.T) {
			srv := workspace(t)
			l := open(t, srv)
			if _, err := client(srv).OpenView(trigger(t, srv, l), modal("Ask")); err != nil {
				t.Fatal(err)
			}
			errs, err := submit(t, srv, l, tc.ack)
			if errors.Is(err, slacktest.ErrBadAnswer) != tc.unusable || errs["email"] != tc.errs["email"] {
				t.Errorf("errors %v, %v", errs, err)
			}
			title := ""
			if v := srv.Person("U1").Modal(); v != nil {
				title = v.TitleText()
			}
			if title != tc.title {
				t.Errorf("modal %q, want %q", title, tc.title)
			}
			v := srv.Violations()
			if (tc.violation == "") != (len(v) == 0) || !strings.Contains(strings.Join(v, ""), tc.violation) {
				t.Errorf("violations = %q", v)
			}
			if _, trouble := srv.Person("U1").ModalErrors(); (trouble != "") != tc.unusable {
				t.Errorf("the person sees %q", trouble)
			}
		})
	}
}

func TestFillKinds(t *testing.T) {
	options := []*slack.OptionBlockObject{
		slack.NewOptionBlockObject("a", plain("Alpha"), nil), slack.NewOptionBlockObject("b", plain("Beta"), nil),
	}
	input := func(id string, e slack.BlockElement) slack.Block {
		return slack.NewInputBlock(id, plain("The "+id), nil, e)
	}
	v := modal("Kinds")
	v.Blocks.BlockSet = []slack.Block{
		input("text", slack.NewPlainTextInputBlockElement(nil, "v")),
		input("link", slack.NewURLTextInputBlockElement(nil, "v")),
		input("one", slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, nil, "v", options...)),
		input("radio", slack.NewRadioButtonsBlockElement("v", options...)),
		input("boxes", slack.NewCheckboxGroupsBlockElement("v", options...)),
		input("many", slack.NewOptionsMultiSelectBlockElement(slack.MultiOptTypeStatic, nil, "v", options...)),
		input("person", slack.NewOptionsSelectBlockElement(slack.OptTypeUser, nil, "v")),
		input("people", slack.NewOptionsMultiSelectBlockElement(slack.MultiOptTypeUser, nil, "v")),
		input("day", slack.NewDatePickerBlockElement("v")),
	}
	srv := workspace(t)
	l := open(t, srv)
	if _, err := client(srv).OpenView(trigger(t, srv, l), v); err != nil {
		t.Fatal(err)
	}
	ann := srv.Person("U1")
	errs, err := ann.Submit(t.Context(), map[string]any{"link": "no link"})
	if err != nil || len(errs) != 9 {
		t.Fatalf("an empty form: %v, %v", errs, err)
	}
	err = ann.Fill(t.Context(), map[string]any{
		"The text": "hello", "link": "https://example.edu/x", "one": "Beta", "radio": "a", "boxes": []string{"a", "Beta"},
		"many": []string{"b"}, "person": "@bob", "people": []string{"U1", "bob@example.edu"}, "day": "2026-05-04",
	})
	if err != nil {
		t.Fatal(err)
	}
	type sent struct {
		View slack.View `json:"view"`
	}
	done := make(chan error, 1)
	go func() { _, err := ann.Submit(t.Context(), nil); done <- err }()
	f := l.read()
	var got sent
	if err := unmarshal(f.Payload, &got); err != nil {
		t.Fatal(err)
	}
	l.ack(f.EnvelopeID, nil)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	at := func(id string) slack.BlockAction { return got.View.State.Values[id]["v"] }
	if at("text").Value != "hello" || at("one").SelectedOption.Value != "b" || at("radio").SelectedOption.Value != "a" ||
		len(at("boxes").SelectedOptions) != 2 || at("many").SelectedOptions[0].Value != "b" || at("person").SelectedUser != "U2" ||
		!slices.Equal(at("people").SelectedUsers, []string{"U1", "U2"}) || at("day").SelectedDate != "2026-05-04" {
		t.Errorf("state = %+v", got.View.State)
	}
	clean(t, srv)
}

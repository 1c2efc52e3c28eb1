package page

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxAct is the most one act may carry. Slack's own bound on a whole view is 250 KB.
const maxAct = 300 << 10

// An Act is one thing a person did on the page.
//
//	command  Channel, Text (with the slash)
//	say      Channel, Text, Thread (optional)
//	click    Action, Values, and View or Channel and TS
//	submit   View, Values
//	close    View, All (the X closes every view, Cancel only the top one)
//	home     opened the bot's App Home
//	shortcut Shortcut, Channel, TS (an entry of a message's menu)
//	set      Record, Field, On (a switch or a box on a record's page)
type Act struct {
	Do string `json:"do"`
	As string `json:"as"` // Slack user id

	Channel string `json:"channel,omitempty"`
	Text    string `json:"text,omitempty"`
	Thread  string `json:"thread,omitempty"` // ts of the thread's first message

	TS       string `json:"ts,omitempty"`       // the message that was pressed
	Shortcut string `json:"shortcut,omitempty"` // its callback_id

	View   string          `json:"view,omitempty"`   // view id
	Action json.RawMessage `json:"action,omitempty"` // as in Slack's block_actions: block_id, action_id, type, value …
	Values json.RawMessage `json:"values,omitempty"` // as in Slack's view.state.values
	All    bool            `json:"all,omitempty"`

	Record string `json:"record,omitempty"` // address of a page in LearnUpon or Salesforce
	Field  string `json:"field,omitempty"`  // its label there
	On     bool   `json:"on,omitempty"`
}

// An Answer is what Slack's client learns at once from an act. What else happens is
// in the next [State].
type Answer struct {
	// Errors are the field errors of a submitted view, by block id.
	Errors map[string]string `json:"errors,omitempty"`
	// Problem is why Slack itself refused, one sentence.
	Problem string `json:"problem,omitempty"`
	// Late is set when the bot did not acknowledge within Slack's 3 s.
	Late bool `json:"late,omitempty"`
}

// An Actor does one act. It returns [ErrLate] when the bot did not acknowledge in
// time; any other error is shown to the person.
type Actor func(context.Context, Act) (Answer, error)

// ErrLate says that the bot did not acknowledge within Slack's 3 seconds.
var ErrLate = errors.New("the app did not respond in time")

func act(do Actor) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var a Act
		body := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxAct))
		body.DisallowUnknownFields()
		if err := body.Decode(&a); err != nil {
			reply(w, http.StatusBadRequest, Answer{Problem: "That is not an act: " + err.Error()})
			return
		}
		if problem := a.problem(); problem != "" {
			reply(w, http.StatusBadRequest, Answer{Problem: problem})
			return
		}
		// The person may close the tab; what they pressed happens all the same.
		answer, err := do(context.WithoutCancel(r.Context()), a)
		switch {
		case errors.Is(err, ErrLate):
			answer.Late = true
		case err != nil:
			answer.Problem = sentence(err)
		}
		reply(w, http.StatusOK, answer)
	}
}

// sentence words an error for a person.
func sentence(err error) string {
	text := strings.TrimPrefix(err.Error(), "slacktest: ")
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[size:]
}

// problem says what is missing, or "".
func (a Act) problem() string {
	type part struct {
		name    string
		missing bool
	}
	need := []part{{"as", a.As == ""}}
	switch a.Do {
	case "command", "say":
		need = append(need, part{"channel", a.Channel == ""}, part{"text", a.Text == ""})
	case "click":
		nowhere := a.View == "" && (a.Channel == "" || a.TS == "")
		need = append(need, part{"action", len(a.Action) == 0}, part{"view, or channel and ts", nowhere})
	case "submit":
		need = append(need, part{"view", a.View == ""}, part{"values", len(a.Values) == 0})
	case "shortcut":
		need = append(need, part{"shortcut", a.Shortcut == ""}, part{"channel and ts", a.Channel == "" || a.TS == ""})
	case "close":
		need = append(need, part{"view", a.View == ""})
	case "set":
		need = append(need, part{"record", a.Record == ""}, part{"field", a.Field == ""})
	case "home":
	default:
		return "There is no act of that name."
	}
	for _, p := range need {
		if p.missing {
			return "An act " + a.Do + " needs " + p.name + "."
		}
	}
	return ""
}

package bot

import (
	"encoding/json"
	"path"
	"regexp"
	"strings"
	"testing"

	"registrar/bot/engine"
	"registrar/bot/slackui"
)

// FuzzDecode: whatever comes over the socket is understood or refused; it never
// brings the process down, what is refused can be acknowledged, and the error
// tells nothing of what was typed.
func FuzzDecode(f *testing.F) {
	ref := slackui.Ref{Action: "tidy", Draft: "d", Run: "r"}.Encode()
	quoted, err := json.Marshal(ref)
	if err != nil {
		f.Fatal(err)
	}
	f.Add("slash_commands", `{"command":"/registrar","text":"tidy a@x.edu","user_id":"U1","trigger_id":"1.2"}`)
	for _, payload := range []string{
		``, `null`, `{}`, `[]`, `"x"`, `7`, `{"type":5}`, `{"type":"block_actions","actions":[null]}`, `{"type":"block_actions","actions":[{}],"user":null}`,
		`{"type":"block_actions","actions":[{"action_id":"approve:2","value":` + string(quoted) + `}]}`, `{"type":"block_actions","actions":[{"type":"static_select","selected_option":null}]}`,
		`{"type":"view_submission","view":{"private_metadata":` + string(quoted) + `,"state":{"values":{"email":{"value":{"value":"a@x.edu"}},"x":null}}}}`,
		`{"type":"view_submission","view":{"state":null,"blocks":[null,{"type":"input","block_id":"b","element":null},{"type":"hologram"}]}}`,
		`{"type":"view_submission","view":{"blocks":[{"type":"input","block_id":"b","element":{"type":"plain_text_input"}}]}}`,
		`{"type":"message_action","message":{"text":"a@x.edu","blocks":[{"type":"rich_text","elements":null}]}}`, `{"type":"message_action","message":5}`, `{"type":"view_closed","view":{}}`,
		`{"type":"block_suggestion","value":"x"}`, `{"type":"shortcut","callback_id":"x"}`,
	} {
		f.Add("interactive", payload)
		f.Add("slash_commands", payload)
	}
	f.Add("events_api", `{"event_id":"E1","event":{"type":"app_home_opened","user":"U1","tab":"home"}}`)
	f.Add("events_api", `{"event":null}`)
	f.Add("hello", `{}`)
	f.Fuzz(func(t *testing.T, kind, payload string) {
		ev, err := decode(frame{Type: kind, EnvelopeID: "E", Payload: json.RawMessage(payload)})
		if ev.Envelope != "E" {
			t.Errorf("the envelope became %q", ev.Envelope)
		}
		if err != nil {
			if ev.Command != nil || ev.Interaction != nil || ev.Opened != nil {
				t.Errorf("half an event: %+v", ev)
			}
			if said := err.Error(); len(said) > 1000 || strings.Contains(payload, "a@x.edu") && strings.Contains(said, "a@x.edu") {
				t.Errorf("%q tells %q", payload, said)
			}
		}
		_ = []any{ev.person(), ev.trigger(), ev.mark(), ev.run()}
		if ev.Interaction != nil {
			if press, ref, err := ev.pressed(); err == nil && strings.Contains(press, ":") {
				t.Errorf("pressed %q, %+v", press, ref)
			}
			values, reason := ev.submitted()
			if values == nil || values[slackui.ReasonField] != "" && reason == "" {
				t.Errorf("submitted %v, %q", values, reason)
			}
			_ = ev.inputs()
		}
		if ev.Message != nil {
			_ = addresses(ev.Message)
		}
	})
}

// FuzzWanted: a command is one word, however it is written, and the text behind
// it is all there.
func FuzzWanted(f *testing.F) {
	for _, text := range []string{"", "lookup a@x.edu", " LOOKUP  a ", "/lookup x", "//x", "help", "\u00a0lookup", "look\nup", "\xff", strings.Repeat("x", 5000), "“lookup” a"} {
		f.Add("/registrar", text)
		f.Add("/lookup", text)
	}
	f.Fuzz(func(t *testing.T, command, text string) {
		word, rest := wanted(command, text)
		if strings.Contains(word, " ") && command == Command {
			t.Errorf("%q %q: the word is %q", command, text, word)
		}
		if !strings.HasSuffix(strings.TrimRight(text, " \t\r\n"), strings.TrimRight(rest, " \t\r\n")) && !strings.Contains(text, rest) {
			t.Errorf("%q %q: the rest is %q", command, text, rest)
		}
	})
}

var fileName = regexp.MustCompile(`^[A-Za-z0-9.-]+$`)

// FuzzAttachment: whatever a step calls its file, the name holds nothing a file
// system or Slack reads as more than a name, and says whose file it is.
func FuzzAttachment(f *testing.F) {
	for _, name := range []string{"history.csv", "../../etc/passwd", "a/b.csv", "..", ".", "", "con.csv", "a\x00.csv", "=cmd.csv", "\u202evsc.exe", "é.csv", "a b.csv", strings.Repeat("x", 300), ".csv", "a.csv\r\nX: y", "x.", "a\\b"} {
		f.Add(name)
	}
	run := engine.NewID()
	f.Fuzz(func(t *testing.T, name string) {
		got := attachment(run, "history", name)
		if !fileName.MatchString(got) || got != path.Base(path.Clean("/"+got)) || !strings.Contains(got, ".history."+run) {
			t.Errorf("%q became %q", name, got)
		}
		if again := attachment(run, "history", name); again != got {
			t.Errorf("%q became %q, then %q", name, got, again)
		}
	})
}

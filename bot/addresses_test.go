package bot

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

func TestAddresses(t *testing.T) {
	for name, c := range map[string]struct{ message, want string }{
		"none":                {`{"text":"hello @channel, see https://me@host.edu/path and a@b"}`, ""},
		"as Slack links it":   {`{"text":"<mailto:Ann.Lee@x.edu|Ann.Lee@x.edu> cannot sign in"}`, "ann.lee@x.edu"},
		"bare, at the end":    {`{"text":"please look at a+b_c@x.edu."}`, "a+b_c@x.edu"},
		"marked up":           {`{"text":"*a@x.edu* ~b@x.edu~ \u0060c@x.edu\u0060"}`, "a@x.edu b@x.edu c@x.edu"},
		"in angle brackets":   {`{"text":"Ann &lt;a@x.edu&gt;, O'Hara &lt;o'hara@x.edu&gt;"}`, "a@x.edu o'hara@x.edu"},
		"with an ampersand":   {`{"text":"a&amp;b@x.edu"}`, "a&b@x.edu"},
		"escaped in a link":   {`{"text":"<mailto:a%2Bb@x.edu?subject=c@y.edu|write>"}`, "a+b@x.edu"},
		"two in one link":     {`{"text":"<mailto:a@x.edu,b@x.edu|both>"}`, "a@x.edu b@x.edu"},
		"twice":               {`{"text":"a@x.edu A@X.edu <mailto:a@x.edu|a@x.edu>"}`, "a@x.edu"},
		"in a block":          {`{"text":"","blocks":[{"type":"rich_text","block_id":"z@x.edu","elements":[{"type":"rich_text_section","elements":[{"type":"link","url":"mailto:a@x.edu","text":"Ann"}]}]}]}`, "a@x.edu"},
		"in an attachment":    {`{"attachments":[{"fallback":"a@x.edu","fields":[{"title":"Email","value":"b@x.edu","short":true}]}]}`, "a@x.edu b@x.edu"},
		"in a button":         {`{"blocks":[{"type":"actions","elements":[{"type":"button","action_id":"x","value":"z@x.edu","text":{"type":"plain_text","text":"Go"}}]}]}`, ""},
		"who posted it":       {`{"text":"hi","user_profile":{"email":"z@x.edu"}}`, ""},
		"something new":       {`{"text":"a@x.edu","blocks":[{"type":"hologram","beam":{"text":"b@x.edu"}}]}`, "a@x.edu b@x.edu"},
		"no message":          {``, ""},
		"hidden in it":        {`{"text":"a\u202e@x.edu"}`, ""},
		"not only our script": {`{"text":"jürgen@müller.example"}`, "jürgen@müller.example"},
	} {
		if got := strings.Join(addresses(json.RawMessage(c.message)), " "); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// FuzzAddresses: whatever a message holds, what is found is an address, once.
func FuzzAddresses(f *testing.F) {
	f.Add("<mailto:a%2Bb@x.edu?subject=c|write> to d@x.edu.")
	f.Fuzz(func(t *testing.T, text string) {
		message, err := json.Marshal(map[string]string{"text": text})
		if err != nil {
			t.Skip()
		}
		found := addresses(message)
		for i, email := range found {
			if strings.Count(email, "@") < 1 || email != strings.ToLower(email) || slices.Contains(found[:i], email) {
				t.Errorf("%q was found in %q", email, text)
			}
		}
	})
}

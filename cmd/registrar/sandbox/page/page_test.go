package page

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// ask sends one request to the page as a browser on this machine would, and returns the answer.
func ask(t *testing.T, page http.Handler, method, path, body string, headers ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(method, "http://127.0.0.1:8085"+path, strings.NewReader(body))
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
		if headers[i] == "Host" {
			r.Host = headers[i+1]
		}
	}
	w := httptest.NewRecorder()
	page.ServeHTTP(w, r)
	return w.Result()
}

func TestAnswersOnLoopbackNamesOnly(t *testing.T) {
	page := handler(newWorld(t).scene())
	for host, want := range map[string]int{
		"127.0.0.1:8085": 200, "localhost:8085": 200, "LOCALHOST": 200, "[::1]:8085": 200, "127.8.8.8": 200,
		"evil.example": 403, "evil.example:8085": 403, "127.0.0.1.evil.example": 403, "localhost.evil.example:8085": 403,
		"192.168.0.7:8085": 403, "0.0.0.0:8085": 403, "": 403,
	} {
		if got := ask(t, page, "GET", "/state", "", "Host", host).StatusCode; got != want {
			t.Errorf("asked as %q it answers %d, want %d", host, got, want)
		}
	}
}

func TestEveryAnswerKeepsToItsOrigin(t *testing.T) {
	page := handler(newWorld(t).scene())
	for _, path := range []string{"/", "/js/main.js", "/css/base.css", "/state", "/files/F01", "/nowhere"} {
		header := ask(t, page, "GET", path, "").Header
		csp := header.Get("Content-Security-Policy")
		for _, part := range []string{"default-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"} {
			if !strings.Contains(csp, part) {
				t.Errorf("%s: the policy %q lacks %q", path, csp, part)
			}
		}
		if strings.Contains(csp, "unsafe") || header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: loose headers %v", path, header)
		}
	}
}

func TestAssetsAskForNothingElsewhere(t *testing.T) {
	page := handler(newWorld(t).scene())
	for _, path := range []string{"/", "/js/main.js", "/js/dom.js", "/js/menu.js", "/css/base.css", "/css/blocks.css"} {
		body, err := io.ReadAll(ask(t, page, "GET", path, "").Body)
		if err != nil {
			t.Fatal(err)
		}
		for _, reach := range []string{`src="http`, `href="http`, "@import", "url(http", `from "http`, "innerHTML", "insertAdjacentHTML", "eval("} {
			if strings.Contains(string(body), reach) {
				t.Errorf("%s holds %q", path, reach)
			}
		}
	}
}

func TestActsFromElsewhereAreRefused(t *testing.T) {
	w := newWorld(t)
	page := handler(w.scene())
	const home = `{"do":"home","as":"U0SAM"}`
	for _, headers := range [][]string{
		{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "http://evil.example"}, {"Origin", "null"},
		{"Origin", "http://127.0.0.1:9999"},
	} {
		if got := ask(t, page, "POST", "/act", home, headers...).StatusCode; got != http.StatusForbidden {
			t.Errorf("with %q the act is answered %d", headers, got)
		}
	}
	if acts := w.done(); len(acts) != 0 {
		t.Fatalf("acts were done all the same: %v", acts)
	}
	if got := ask(t, page, "POST", "/act", home, "Sec-Fetch-Site", "same-origin", "Origin", "http://127.0.0.1:8085").StatusCode; got != 200 {
		t.Errorf("the page's own act is answered %d", got)
	}
}

func TestActsAreChecked(t *testing.T) {
	for name, test := range map[string]struct {
		body   string
		status int
		text   string
	}{
		"a command":             {`{"do":"command","as":"U1","channel":"C1","text":"/lookup"}`, 200, ""},
		"a press in a message":  {`{"do":"click","as":"U1","channel":"C1","ts":"1.2","action":{"action_id":"a"}}`, 200, ""},
		"a press in a view":     {`{"do":"click","as":"U1","view":"V1","action":{"action_id":"a"}}`, 200, ""},
		"a switch":              {`{"do":"set","as":"U1","record":"http://127.0.0.1/users/1","field":"x","on":true}`, 200, ""},
		"a shortcut":            {`{"do":"shortcut","as":"U1","channel":"C1","ts":"1.2","shortcut":"lookup"}`, 200, ""},
		"a shortcut of nothing": {`{"do":"shortcut","as":"U1","channel":"C1","ts":"1.2"}`, 400, "needs shortcut"},
		"a shortcut on nothing": {`{"do":"shortcut","as":"U1","channel":"C1","shortcut":"lookup"}`, 400, "needs channel and ts"},
		"a switch of nobody":    {`{"do":"set","as":"U1","field":"x","on":true}`, 400, "needs record"},
		"no JSON":               {`do=home`, 400, "not an act"},
		"an unknown field":      {`{"do":"home","as":"U1","sudo":true}`, 400, "sudo"},
		"an unknown act":        {`{"do":"fly","as":"U1"}`, 400, "no act of that name"},
		"nobody":                {`{"do":"home"}`, 400, "needs as"},
		"a command nowhere":     {`{"do":"command","as":"U1","text":"/lookup"}`, 400, "needs channel"},
		"a press on nothing":    {`{"do":"click","as":"U1","view":"V1"}`, 400, "needs action"},
		"a press nowhere":       {`{"do":"click","as":"U1","channel":"C1","action":{}}`, 400, "needs view"},
		"a submit of no values": {`{"do":"submit","as":"U1","view":"V1"}`, 400, "needs values"},
		"a submit of no view":   {`{"do":"submit","as":"U1","values":{}}`, 400, "needs view"},
		"closing nothing":       {`{"do":"close","as":"U1"}`, 400, "needs view"},
		"too much":              {`{"do":"say","as":"U1","channel":"C1","text":"` + strings.Repeat("x", maxAct) + `"}`, 400, "too large"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			got := ask(t, handler(w.scene()), "POST", "/act", test.body)
			body, err := io.ReadAll(got.Body)
			if err != nil {
				t.Fatal(err)
			}
			if got.StatusCode != test.status || !strings.Contains(string(body), test.text) {
				t.Errorf("answered %d %s, want %d with %q", got.StatusCode, body, test.status, test.text)
			}
			if done := len(w.done()) == 1; done != (test.status == 200) {
				t.Errorf("the act was done: %t", done)
			}
		})
	}
}

func TestAnswersOfActs(t *testing.T) {
	for name, test := range map[string]struct {
		answer Answer
		err    error
		want   Answer
	}{
		"field errors": {Answer{Errors: map[string]string{"email": "No such person."}}, nil, Answer{Errors: map[string]string{"email": "No such person."}}},
		"late":         {Answer{}, ErrLate, Answer{Late: true}},
		"refused":      {Answer{}, errors.New("That dialog is closed."), Answer{Problem: "That dialog is closed."}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.answer = func(Act) (Answer, error) { return test.answer, test.err }
			var got Answer
			if err := json.NewDecoder(ask(t, handler(w.scene()), "POST", "/act", `{"do":"home","as":"U1"}`).Body).Decode(&got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestFilesAreSavedNeverOpened(t *testing.T) {
	page := handler(newWorld(t).scene())
	got := ask(t, page, "GET", "/files/F01", "")
	if kind := got.Header.Get("Content-Type"); kind != "application/octet-stream" {
		t.Errorf("the content type is %q", kind)
	}
	if place := got.Header.Get("Content-Disposition"); place != `attachment; filename="jo \"park\".csv"` {
		t.Errorf("the disposition is %q", place)
	}
	if got := ask(t, page, "GET", "/files/F99", ""); got.StatusCode != http.StatusNotFound {
		t.Errorf("a file that is not there is answered %d", got.StatusCode)
	}
}

func TestEventsTickOnEveryChange(t *testing.T) {
	w := newWorld(t)
	server := httptest.NewServer(handler(w.scene()))
	t.Cleanup(server.Close)
	client := server.Client()
	client.Timeout = 10 * time.Second
	stream, err := client.Get(server.URL + "/events")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = stream.Body.Close() })
	lines := bufio.NewScanner(stream.Body)
	for i := range 3 {
		if !lines.Scan() || lines.Text() != "data: {}" {
			t.Fatalf("event %d is %q %v", i, lines.Text(), lines.Err())
		}
		lines.Scan() // the empty line that ends an event
		w.change(func(s *State) { s.Team = "moved" })
	}
}

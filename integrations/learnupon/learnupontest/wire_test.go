package learnupontest

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
)

// got is an answer as it came over the wire.
type got struct {
	status int
	header http.Header
	body   string
	json   map[string]any
}

// ask talks to a portal as any HTTP client would. route is "METHOD path"; a body is sent as JSON.
func ask(t *testing.T, s *Server, route, body string) got {
	t.Helper()
	method, path, _ := strings.Cut(route, " ")
	req, err := http.NewRequest(method, s.URL+apiRoot+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.SetBasicAuth(s.Username(), s.Password())
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	return do(t, req)
}

func do(t *testing.T, req *http.Request) got {
	t.Helper()
	client := &http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	g := got{status: res.StatusCode, header: res.Header, body: string(body)}
	json.Unmarshal(body, &g.json) // not every answer is JSON
	return g
}

// list is the array under a key; an absent key fails the test.
func (g got) list(t *testing.T, key string) []map[string]any {
	t.Helper()
	raw, there := g.json[key].([]any)
	if !there {
		t.Fatalf("no list %q in %d %s", key, g.status, g.body)
	}
	var records []map[string]any
	for _, r := range raw {
		records = append(records, r.(map[string]any))
	}
	return records
}

// want checks a status and a piece of the body.
func (g got) want(t *testing.T, status int, text string) got {
	t.Helper()
	if g.status != status || !strings.Contains(g.body, text) {
		t.Errorf("%d %s\nwant %d with %q", g.status, g.body, status, text)
	}
	return g
}

func (g got) id(t *testing.T) string {
	t.Helper()
	number, there := g.json["id"].(float64)
	if !there {
		t.Fatalf("no id in %d %s", g.status, g.body)
	}
	return text(number)
}

func text(number any) string {
	b, _ := json.Marshal(number)
	return string(b)
}

func fresh(t *testing.T, o Options) *Server {
	t.Helper()
	s := New(o)
	t.Cleanup(s.Close)
	return s
}

package proof

import (
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path"
	"strings"
)

// slackOf is where a process finds Slack's Web API: every process has a way of
// its own, on which it is killed.
func (s *stage) slackOf(p *process) string {
	to, err := url.Parse(s.Slack.APIURL())
	if err != nil {
		s.t.Fatal(err)
	}
	slack := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.Out.URL.Scheme, r.Out.URL.Host, r.Out.Host = to.Scheme, to.Host, to.Host
	}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.doom(p) {
			panic(http.ErrAbortHandler)
		}
		method := path.Base(r.URL.Path)
		if method == "files.getUploadURLExternal" {
			// A file goes nowhere but to Slack: here that is this server.
			answer := httptest.NewRecorder()
			slack.ServeHTTP(answer, r)
			_, _ = io.WriteString(w, strings.ReplaceAll(answer.Body.String(), to.Host, r.Host))
			return
		}
		if method != "chat.postMessage" && method != "files.completeUploadExternal" {
			slack.ServeHTTP(w, r)
			return
		}
		at := s.happens(p, post, method)
		if at == before {
			s.kill(p)
			panic(http.ErrAbortHandler)
		}
		answer := httptest.NewRecorder()
		slack.ServeHTTP(answer, r)
		if at == applied {
			s.kill(p)
			panic(http.ErrAbortHandler)
		}
		maps.Copy(w.Header(), answer.Header())
		w.WriteHeader(answer.Code)
		_, _ = io.Copy(w, answer.Body) // a caller that hung up needs no answer
	}))
	s.t.Cleanup(server.Close)
	return server.URL + to.Path
}

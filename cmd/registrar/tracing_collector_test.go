package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	common "go.opentelemetry.io/proto/otlp/common/v1"
	collect "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// inbox is an OpenTelemetry collector: it keeps every byte, and the spans.
type inbox struct {
	URL string

	mu    sync.Mutex
	bytes []byte
	spans []*collect.Span
	keys  []string // of the header api-key
}

func newInbox(t *testing.T) *inbox {
	b := &inbox{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		data := &collect.TracesData{}
		if err != nil || r.URL.Path != "/v1/traces" || r.Header.Get("Content-Type") != "application/x-protobuf" || proto.Unmarshal(body, data) != nil {
			http.Error(w, "not OTLP", http.StatusBadRequest)
			return
		}
		b.mu.Lock()
		defer b.mu.Unlock()
		b.bytes = append(b.bytes, body...)
		b.keys = append(b.keys, r.Header.Get("api-key"))
		for _, resource := range data.ResourceSpans {
			for _, scope := range resource.ScopeSpans {
				b.spans = append(b.spans, scope.Spans...)
			}
		}
	}))
	t.Cleanup(server.Close)
	b.URL = server.URL
	return b
}

// all is the spans so far.
func (b *inbox) all() []*collect.Span {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.spans)
}

// until waits until the spans hold what is looked for.
func (b *inbox) until(t *testing.T, what string, found func([]*collect.Span) bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !found(b.all()); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("no %s among\n%s", what, outline(b.all()))
		}
	}
}

// paths are the spans' names behind those of the spans they are part of.
func paths(spans []*collect.Span) []string {
	byID := map[string]*collect.Span{}
	for _, s := range spans {
		byID[string(s.TraceId)+string(s.SpanId)] = s
	}
	var all []string
	for _, s := range spans {
		path := s.Name
		for up := byID[string(s.TraceId)+string(s.ParentSpanId)]; up != nil; up = byID[string(up.TraceId)+string(up.ParentSpanId)] {
			path = up.Name + " > " + path
		}
		all = append(all, path)
	}
	return all
}

func outline(spans []*collect.Span) string {
	lines := paths(spans)
	slices.Sort(lines)
	text := ""
	for _, line := range slices.Compact(lines) {
		text += line + "\n"
	}
	return text
}

// attr is a span's attribute, as text.
func attr(s *collect.Span, name string) string {
	i := slices.IndexFunc(s.Attributes, func(kv *common.KeyValue) bool { return kv.Key == name })
	if i < 0 {
		return ""
	}
	return s.Attributes[i].Value.GetStringValue()
}

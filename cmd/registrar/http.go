package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// readiness is one thing that must hold before this process can be of use: a
// sentence that says what is missing, or nothing.
type readiness func(ctx context.Context) string

// newHTTP serves what an orchestrator and Prometheus ask for. It shows nothing
// that is secret, and asks nobody who they are.
//
//	/healthz  200 as long as the process can answer at all
//	/readyz   200 if everything in ready holds, 503 with what is missing
//	/metrics  Prometheus
func newHTTP(registry *prometheus.Registry, ready ...readiness) *http.Server {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
		defer cancel()
		var missing []string
		for _, check := range ready {
			if what := check(ctx); what != "" {
				missing = append(missing, what)
			}
		}
		if len(missing) > 0 {
			http.Error(w, strings.Join(missing, "\n"), http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ready")
	})
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{Registry: registry}))
	return &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
}

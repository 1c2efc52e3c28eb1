package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"sync/atomic"

	collect "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// collector sends spans to an OpenTelemetry collector over HTTP. The one that
// comes with the SDK brings gRPC along, which nothing here speaks. What is not
// taken is dropped: nobody waits for a collector, and the log says once that it
// is away and once that it is back.
type collector struct {
	config TracingConfig
	http   *http.Client
	log    *slog.Logger
	away   atomic.Bool
}

func newCollector(c TracingConfig, log *slog.Logger) *collector {
	return &collector{config: c, log: log, http: &http.Client{
		Timeout: c.Timeout,
		// A redirect could carry the key in the headers elsewhere.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Start does nothing: connections are made when there is something to send.
func (c *collector) Start(context.Context) error { return nil }

// Stop lets go of idle connections.
func (c *collector) Stop(context.Context) error {
	c.http.CloseIdleConnections()
	return nil
}

// UploadTraces sends one batch, once. It returns no error: the SDK would write
// each into the log, with the address.
func (c *collector) UploadTraces(ctx context.Context, spans []*collect.ResourceSpans) error {
	err := c.upload(ctx, spans)
	if away := err != nil; away != c.away.Swap(away) {
		if away {
			c.log.WarnContext(ctx, "traces are not taken; they are dropped until they are", "error", withoutURL(err))
		} else {
			c.log.InfoContext(ctx, "traces are taken again")
		}
	}
	return nil
}

// withoutURL drops the address that *url.Error would print.
func withoutURL(err error) error {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		return wrapped.Err
	}
	return err
}

// upload sends what the protocol calls an ExportTraceServiceRequest, which has
// the form of TracesData.
func (c *collector) upload(ctx context.Context, spans []*collect.ResourceSpans) error {
	body, err := proto.Marshal(&collect.TracesData{ResourceSpans: spans})
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.config.URL, bytes.NewReader(body))
	if err != nil {
		return err
	}
	for name, value := range c.config.Headers {
		req.Header.Set(name, string(value))
	}
	req.Header.Set("Content-Type", "application/x-protobuf")
	req.Header.Set("User-Agent", "registrar")
	answer, err := c.http.Do(req)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if _, err := io.Copy(io.Discard, io.LimitReader(answer.Body, 1<<20)); err != nil {
		return err
	}
	if answer.StatusCode < 200 || answer.StatusCode > 299 {
		return fmt.Errorf("the collector answered %d", answer.StatusCode)
	}
	return nil
}

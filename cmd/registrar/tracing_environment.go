package main

import (
	"cmp"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// tracingEnvironment is OpenTelemetry's own variables, behind OTEL_, as far as
// they say where spans go. What they say of sampling, batches and the process's
// name, the SDK reads itself.
type tracingEnvironment struct {
	Disabled       string `env:"SDK_DISABLED"`
	Exporter       string `env:"TRACES_EXPORTER"`
	Endpoint       string `env:"EXPORTER_OTLP_ENDPOINT"`
	TracesEndpoint string `env:"EXPORTER_OTLP_TRACES_ENDPOINT"`
	Protocol       string `env:"EXPORTER_OTLP_PROTOCOL"`
	TracesProtocol string `env:"EXPORTER_OTLP_TRACES_PROTOCOL"`
	Headers        string `env:"EXPORTER_OTLP_HEADERS" secret:"yes"`
	TracesHeaders  string `env:"EXPORTER_OTLP_TRACES_HEADERS" secret:"yes"`
	Timeout        string `env:"EXPORTER_OTLP_TIMEOUT"`
	TracesTimeout  string `env:"EXPORTER_OTLP_TRACES_TIMEOUT"`
}

// TracingConfig is where spans go.
type TracingConfig struct {
	URL     string            // with the path
	Headers map[string]Secret // a key of the collector's, for instance
	Timeout time.Duration     // of one batch
}

const (
	defaultCollector   = "http://localhost:4318"
	defaultTraceWithin = 10 * time.Second
)

// tracingTo reads where spans go; nil means nowhere. These variables are often
// set for many programs at once: what is wrong with them is a warning, and no
// reason not to start.
func tracingTo(p *problems, env tracingEnvironment) *TracingConfig {
	exporter := cmp.Or(env.Exporter, "otlp")
	to := env.TracesEndpoint
	if to == "" && (env.Endpoint != "" || env.Exporter == "otlp") {
		to = strings.TrimSuffix(cmp.Or(env.Endpoint, defaultCollector), "/") + "/v1/traces"
	}
	if strings.EqualFold(env.Disabled, "true") || exporter == "none" || to == "" {
		return nil
	}
	if exporter != "otlp" {
		p.warn("OTEL_TRACES_EXPORTER is neither otlp nor none, so no traces are sent.")
		return nil
	}
	if protocol := cmp.Or(env.TracesProtocol, env.Protocol, "http/protobuf"); protocol != "http/protobuf" {
		p.warn("OTEL_EXPORTER_OTLP_PROTOCOL is not http/protobuf, the one Registrar speaks, so no traces are sent. Collectors take it on port 4318.")
		return nil
	}
	u, err := url.Parse(to)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		p.warn("OTEL_EXPORTER_OTLP_ENDPOINT is not an address that starts with https:// or http:// and names a host, so no traces are sent.")
		return nil
	}
	c := &TracingConfig{URL: to, Headers: headers(p, cmp.Or(env.TracesHeaders, env.Headers)), Timeout: defaultTraceWithin}
	if text := cmp.Or(env.TracesTimeout, env.Timeout); text != "" {
		if ms, err := strconv.Atoi(text); err == nil && ms > 0 {
			c.Timeout = time.Duration(ms) * time.Millisecond
		} else {
			p.warn("OTEL_EXPORTER_OTLP_TIMEOUT is not a number of milliseconds; %d are used.", defaultTraceWithin.Milliseconds())
		}
	}
	return c
}

// headers reads a list such as api-key=secret,tenant=a%20b.
func headers(p *problems, text string) map[string]Secret {
	found := map[string]Secret{}
	for _, pair := range list(text) {
		name, value, ok := strings.Cut(pair, "=")
		value, err := url.PathUnescape(strings.TrimSpace(value))
		if name = strings.TrimSpace(name); !ok || err != nil || !sendable(name, value) {
			p.warn("OTEL_EXPORTER_OTLP_HEADERS holds a part that is not name=value; it is left out.")
			continue
		}
		found[name] = Secret(value)
	}
	return found
}

// sendable reports whether a header can be written as it is.
func sendable(name, value string) bool {
	return name != "" && !strings.ContainsAny(name, "\r\n: ") && !strings.ContainsAny(value, "\r\n")
}

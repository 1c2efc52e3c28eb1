package main

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestWhereTracesGo(t *testing.T) {
	const base = "OTEL_EXPORTER_OTLP_ENDPOINT=https://collector.example:4318/"
	tests := []struct {
		name, to, warned string
		env              []string
	}{
		{name: "nothing is set"},
		{name: "an endpoint", env: []string{base}, to: "https://collector.example:4318/v1/traces"},
		{name: "one for traces", env: []string{base, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://other:1/x"}, to: "http://other:1/x"},
		{name: "only asked for", env: []string{"OTEL_TRACES_EXPORTER=otlp"}, to: "http://localhost:4318/v1/traces"},
		{name: "off", env: []string{base, "OTEL_TRACES_EXPORTER=none"}},
		{name: "all off", env: []string{base, "OTEL_SDK_DISABLED=true"}},
		{name: "another exporter", env: []string{base, "OTEL_TRACES_EXPORTER=zipkin"}, warned: "neither otlp nor none"},
		{name: "gRPC", env: []string{base, "OTEL_EXPORTER_OTLP_PROTOCOL=grpc"}, warned: "not http/protobuf"},
		{name: "gRPC but for traces", env: []string{base, "OTEL_EXPORTER_OTLP_PROTOCOL=grpc", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL=http/protobuf"}, to: "https://collector.example:4318/v1/traces"},
		{name: "no address", env: []string{"OTEL_EXPORTER_OTLP_ENDPOINT=collector:4317"}, warned: "not an address"},
		{name: "a broken header", env: []string{base, "OTEL_EXPORTER_OTLP_HEADERS=key-hidden"}, to: "https://collector.example:4318/v1/traces", warned: "not name=value"},
		{name: "a broken time", env: []string{base, "OTEL_EXPORTER_OTLP_TIMEOUT=soon"}, to: "https://collector.example:4318/v1/traces", warned: "10000 are used"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := ReadConfig(environ(tt.env...))
			if err != nil {
				t.Fatal("a setting of traces keeps the program from starting: ", err)
			}
			to := ""
			if c.Tracing != nil {
				to = c.Tracing.URL
			}
			warned := strings.Join(c.Warnings, "\n")
			if to != tt.to || !strings.Contains(warned, tt.warned) || tt.warned == "" && warned != "" || strings.Contains(warned, "hidden") {
				t.Errorf("to %q with %q", to, warned)
			}
		})
	}
	c, err := ReadConfig(environ(base, "OTEL_EXPORTER_OTLP_HEADERS=api-key=s%3Decret, tenant = a", "OTEL_EXPORTER_OTLP_TIMEOUT=1500"))
	if err != nil || string(c.Tracing.Headers["api-key"]) != "s=ecret" || c.Tracing.Headers["tenant"] != "a" || c.Tracing.Timeout != 1500*time.Millisecond {
		t.Errorf("%v, %+v", err, c.Tracing)
	}
	if text := fmt.Sprintf("%+v %#v", *c.Tracing, *c.Tracing); strings.Contains(text, "ecret\"") || strings.Contains(text, "s=") {
		t.Errorf("printing shows the key: %s", text)
	}
}

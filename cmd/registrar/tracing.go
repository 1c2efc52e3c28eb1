package main

import (
	"context"
	"errors"
	"log/slog"
	"regexp"
	"time"

	"github.com/google/uuid"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"registrar/bot"
	"registrar/bot/access"
	"registrar/bot/engine"
	"registrar/bot/runbook"
	"registrar/integrations/rest"
	"registrar/store"
)

// tracing makes spans of the work of this process and sends them to a
// collector. What goes into a span are kinds, ids, commands, steps and route
// templates, each checked by [clean]; no error's text does, because sentences
// for people may name people.
//
// The trace of a run is found by the run's id: they are the same 16 bytes. So
// the visits of all replicas, and the presses of buttons, come together there
// without anything being stored for it.
type tracing struct {
	provider *sdk.TracerProvider // nil: off
	tracer   trace.Tracer
	sent     *collector
}

// newTracing makes what the configuration asks for. It sends nothing yet, and
// needs no collector to be there.
func newTracing(ctx context.Context, c *TracingConfig, replica string, log *slog.Logger) *tracing {
	if c == nil {
		return &tracing{}
	}
	sent := newCollector(*c, log)
	named, err := resource.New(ctx, resource.WithTelemetrySDK(),
		resource.WithAttributes(attribute.String("service.name", "registrar"), attribute.String("service.version", version), attribute.String("service.instance.id", replica)),
		resource.WithFromEnv()) // last: it wins
	if err != nil {
		log.WarnContext(ctx, "OTEL_RESOURCE_ATTRIBUTES is not used", "error", err)
	}
	provider := sdk.NewTracerProvider(sdk.WithBatcher(otlptrace.NewUnstarted(sent)), sdk.WithResource(named), sdk.WithIDGenerator(ids{}))
	return &tracing{provider: provider, tracer: provider.Tracer("registrar"), sent: sent}
}

// lastSpans is how long the process waits at its end for its last spans to be
// taken.
const lastSpans = 2 * time.Second

// stop sends what is left, for lastSpans at most.
func (t *tracing) stop() {
	if t.provider == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), lastSpans)
	defer cancel()
	_ = t.provider.Shutdown(ctx) // what was not taken is lost, and no more
}

// slack has the shape of bot.Config.Trace.
func (t *tracing) slack(ctx context.Context, w bot.Work) (context.Context, func(error)) {
	if t.provider == nil {
		return ctx, func(error) {}
	}
	name, kind := w.Kind, trace.SpanKindInternal
	if w.Kind == bot.WorkEnvelope {
		name, kind = "slack "+clean(w.Type), trace.SpanKindConsumer
		ctx = withinRun(ctx, w.Run)
	}
	ctx, span := t.tracer.Start(ctx, name, trace.WithSpanKind(kind),
		about("registrar.envelope", w.Type, "registrar.name", w.Name, "registrar.action", w.Action, "registrar.run", w.Run))
	return ctx, func(err error) { end(span, err) }
}

// engine has the shape of engine.Engine.Trace.
func (t *tracing) engine(ctx context.Context, w engine.Work) (context.Context, func(string, error)) {
	if t.provider == nil {
		return ctx, func(string, error) {}
	}
	if w.Kind == engine.WorkVisit {
		ctx = withinRun(ctx, w.Run)
	}
	ctx, span := t.tracer.Start(ctx, w.Kind,
		about("registrar.run", w.Run, "registrar.action", w.Action, "registrar.step", w.Step))
	return ctx, func(outcome string, err error) {
		if outcome != "" {
			span.SetAttributes(attribute.String("registrar.outcome", clean(outcome)))
		}
		end(span, err)
	}
}

// called makes a span of a call to a vendor that has come to its end.
func (t *tracing) called(ctx context.Context, call rest.Sent) {
	if t.provider == nil {
		return
	}
	now := time.Now()
	_, span := t.tracer.Start(ctx, clean(call.System)+" "+clean(call.Method)+" "+clean(call.Route),
		trace.WithSpanKind(trace.SpanKindClient), trace.WithTimestamp(now.Add(-call.Took)),
		about("registrar.system", call.System, "http.request.method", call.Method, "url.template", call.Route))
	if call.Status > 0 {
		span.SetAttributes(attribute.Int("http.response.status_code", call.Status))
	}
	if call.Status == 0 || call.Status >= 400 {
		span.SetAttributes(attribute.String("error.type", statusClass(call.Status)))
		span.SetStatus(codes.Error, "")
	}
	span.End(trace.WithTimestamp(now))
}

// moved makes the root of a run's trace when the run is stored first, and links
// it with the envelope it came with.
func (t *tracing) moved(ctx context.Context, r *engine.Run) {
	root, ok := rootOf(r.ID)
	if t.provider == nil || r.Version != 1 || !ok {
		return
	}
	asked := trace.SpanFromContext(ctx)
	asked.AddLink(trace.Link{SpanContext: root})
	_, span := t.tracer.Start(context.WithValue(ctx, rootKey{}, root), "run", trace.WithNewRoot(), trace.WithTimestamp(r.Created),
		trace.WithLinks(trace.Link{SpanContext: asked.SpanContext()}), about("registrar.run", r.ID, "registrar.action", r.Action))
	span.End(trace.WithTimestamp(r.Updated))
}

// rootOf is the root span of a run's trace, the same on every replica.
func rootOf(run string) (trace.SpanContext, bool) {
	id, err := uuid.Parse(run)
	if err != nil {
		return trace.SpanContext{}, false
	}
	return trace.NewSpanContext(trace.SpanContextConfig{
		TraceID: trace.TraceID(id), SpanID: trace.SpanID(id[8:]), TraceFlags: trace.FlagsSampled, Remote: true,
	}), true
}

// withinRun has what begins under the context belong to the run's trace.
func withinRun(ctx context.Context, run string) context.Context {
	root, ok := rootOf(run)
	if !ok {
		return ctx
	}
	return trace.ContextWithRemoteSpanContext(ctx, root)
}

// about is pairs of a name and a value; empty values are left out.
func about(pairs ...string) trace.SpanStartEventOption {
	var attrs []attribute.KeyValue
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			attrs = append(attrs, attribute.String(pairs[i], clean(pairs[i+1])))
		}
	}
	return trace.WithAttributes(attrs...)
}

// words of our own making: kinds, ids, commands, steps, systems and routes.
var words = regexp.MustCompile(`^[A-Za-z0-9 _./{}',()-]{1,120}$`)

// clean is a value that a span may hold, or a word that says it may not.
func clean(value string) string {
	if !words.MatchString(value) {
		return "[hidden]"
	}
	return value
}

// end ends a span. Of an error only its kind is told; what a person is refused
// is no fault of the program.
func end(span trace.Span, err error) {
	if kind := errorKind(err); kind != "" {
		span.SetAttributes(attribute.String("error.type", kind))
		if kind != "refused" {
			span.SetStatus(codes.Error, "")
		}
	}
	span.End()
}

func errorKind(err error) string {
	var vendor *rest.Error
	var database *store.Error
	var told interface {
		error
		Public() string
	}
	var fields runbook.FieldErrors
	var choose *runbook.Choose
	var refusal *access.Refusal
	switch {
	case err == nil:
		return ""
	case errors.Is(err, context.Canceled):
		return "cancelled"
	case errors.Is(err, context.DeadlineExceeded):
		return "timeout"
	case errors.As(err, &database):
		return "redis"
	case errors.As(err, &vendor):
		return "vendor"
	case errors.As(err, &fields), errors.As(err, &choose), errors.As(err, &refusal), errors.As(err, &told):
		return "refused"
	}
	return "internal"
}

type rootKey struct{}

// ids makes the ids of spans: random ones, but for the root of a run's trace.
type ids struct{}

// NewIDs is the ids of a span that has no parent.
func (i ids) NewIDs(ctx context.Context) (trace.TraceID, trace.SpanID) {
	if root, ok := ctx.Value(rootKey{}).(trace.SpanContext); ok {
		return root.TraceID(), root.SpanID()
	}
	return trace.TraceID(uuid.New()), i.NewSpanID(ctx, trace.TraceID{})
}

// NewSpanID is the id of a span within a trace.
func (ids) NewSpanID(context.Context, trace.TraceID) trace.SpanID {
	id := uuid.New()
	return trace.SpanID(id[8:])
}

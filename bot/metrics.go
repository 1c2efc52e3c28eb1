package bot

import "time"

// Metrics are called when something worth counting happens. Each may be nil.
// Kinds are envelope types, reasons and method names: few and fixed.
type Metrics struct {
	Acked       func(kind string, took time.Duration) // an envelope was acknowledged, that long after it was read
	Retried     func(kind string)                     // Slack delivered it again
	Refused     func(kind string)                     // a person may not do what they tried
	Failed      func(kind string)                     // an error or a panic
	Reconnected func(why string)                      // refresh or failure
	Posted      func(method string)                   // a message was posted or updated
	Limited     func(method string)                   // Slack answered 429
}

func (m Metrics) acked(kind string, took time.Duration, retry int) {
	if m.Acked != nil {
		m.Acked(kind, took)
	}
	if retry > 0 {
		count(m.Retried, kind)
	}
}

func (m Metrics) refused(kind string)    { count(m.Refused, kind) }
func (m Metrics) failed(kind string)     { count(m.Failed, kind) }
func (m Metrics) reconnected(why string) { count(m.Reconnected, why) }
func (m Metrics) posted(method string)   { count(m.Posted, method) }
func (m Metrics) limited(method string)  { count(m.Limited, method) }

func count(hook func(string), label string) {
	if hook != nil {
		hook(label)
	}
}

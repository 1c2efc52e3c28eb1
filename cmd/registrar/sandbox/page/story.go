package page

import "sync"

// A Step is one thing to try.
type Step struct {
	Title string `json:"title"`
	About string `json:"about"`
	Parts []Part `json:"parts"`
	Done  bool   `json:"done"`
}

// A Part is one move of a step. What it names is where "Show me" leads: to a person,
// to a channel with a command ready in the composer, to a LearnUpon record.
type Part struct {
	Text    string `json:"text"`
	As      string `json:"as,omitempty"`      // person key
	Channel string `json:"channel,omitempty"` // channel name, or "direct"
	Command string `json:"command,omitempty"`
	Record  string `json:"record,omitempty"` // e-mail of a LearnUpon record
	Mailbox bool   `json:"mailbox,omitempty"`
	Done    bool   `json:"done"`

	// When reports from the state whether this has happened.
	When func(State) bool `json:"-"`
}

// A Story is the opening's things to try. It remembers what was done: a part stays
// ticked when the world moves on, and ticks only after the parts before it.
type Story struct {
	mu    sync.Mutex
	steps []Step
}

// NewStory returns a story of steps, none of them done.
func NewStory(steps ...Step) *Story { return &Story{steps: steps} }

// read ticks what the state shows as done and returns a copy of the steps.
func (s *Story) read(now State) []Step {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	told := make([]Step, len(s.steps))
	for i := range s.steps {
		step := &s.steps[i]
		step.Done = true
		for j := range step.Parts {
			part := &step.Parts[j]
			part.Done = part.Done || step.Done && part.When(now)
			step.Done = step.Done && part.Done
		}
		told[i] = *step
		told[i].Parts = append([]Part(nil), step.Parts...)
	}
	return told
}

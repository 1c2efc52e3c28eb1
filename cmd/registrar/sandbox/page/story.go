package page

import (
	"slices"
	"sync"
)

// A Chapter is a few things to try, read in one go.
type Chapter struct {
	Title string `json:"title"`
	Steps []Step `json:"steps"`
	Done  bool   `json:"done"`
}

// A Step is one thing to try.
type Step struct {
	Title string `json:"title"`
	About string `json:"about"`
	Parts []Part `json:"parts"`
	Done  bool   `json:"done"`
}

// A Part is one move of a step. What it names is where "Show me" leads: to a person,
// to a channel with a command ready in the composer, to a record of LearnUpon or Salesforce.
type Part struct {
	Text       string `json:"text"`
	As         string `json:"as,omitempty"`      // person key
	Channel    string `json:"channel,omitempty"` // channel name, or "direct"
	Command    string `json:"command,omitempty"`
	Record     string `json:"record,omitempty"`     // e-mail of a LearnUpon record
	Salesforce string `json:"salesforce,omitempty"` // e-mail of a contact, or name of an account
	Mailbox    bool   `json:"mailbox,omitempty"`
	Home       bool   `json:"home,omitempty"` // the person's App Home
	Done       bool   `json:"done"`

	// When reports from the state whether this has happened.
	When func(State) bool `json:"-"`
}

// A Story is the opening's things to try. It remembers what was done: a part stays
// ticked when the world moves on, and ticks only after the parts before it.
type Story struct {
	mu       sync.Mutex
	chapters []Chapter
}

// NewStory returns a story of chapters, nothing in it done.
func NewStory(chapters ...Chapter) *Story { return &Story{chapters: chapters} }

// read ticks what the state shows as done and returns a copy of the chapters.
func (s *Story) read(now State) []Chapter {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	told := slices.Clone(s.chapters)
	for i, chapter := range s.chapters {
		told[i].Done = true
		for j := range chapter.Steps {
			chapter.Steps[j].tick(now)
			told[i].Done = told[i].Done && chapter.Steps[j].Done
		}
		told[i].Steps = slices.Clone(chapter.Steps)
		for j, step := range chapter.Steps {
			told[i].Steps[j].Parts = slices.Clone(step.Parts)
		}
	}
	return told
}

func (s *Step) tick(now State) {
	s.Done = true
	for i := range s.Parts {
		part := &s.Parts[i]
		part.Done = part.Done || s.Done && part.When(now)
		s.Done = s.Done && part.Done
	}
}

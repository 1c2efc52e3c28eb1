package bot

import "registrar/bot/slackui"

// The kinds of [Work].
const (
	WorkEnvelope = "envelope"  // all that one envelope leads to in this process
	WorkAnswer   = "answer"    // what comes before its acknowledgement
	WorkFollowUp = "follow-up" // what comes after it
)

// Work is a piece of work as a trace shows it: kinds and ids, and nothing that
// a person typed.
type Work struct {
	Kind string
	Type string // of the envelope: slash_commands, block_actions, view_submission …
	// Name is the action's command, the button or the window; empty where this
	// release knows none of the sort.
	Name   string
	Action string // as the catalog names it; empty where the event is about none
	// Run is the run's id as the event tells it, unchecked.
	Run string
}

// work describes an event, whatever is wrong with it.
func (b *Bot) work(kind string, ev Event) Work {
	w := Work{Kind: kind, Type: ev.Kind}
	described, err := protected(func() (Work, error) { return b.described(w, ev), nil })
	if err != nil {
		return w
	}
	return described
}

func (b *Bot) described(w Work, ev Event) Work {
	switch {
	case ev.Command != nil:
		word, _ := wanted(ev.Command.Command, ev.Command.Text)
		if action, ok := b.engine.Catalog.Commanded(word); ok {
			w.Name, w.Action = action.Command, action.Name
		}
		return w
	case ev.Interaction == nil:
		return w
	}
	w.Run = ev.run()
	ref, err := slackui.ParseRef(ev.Interaction.View.PrivateMetadata)
	if len(ev.Interaction.ActionCallback.BlockActions) > 0 {
		w.Name, ref, err = ev.pressed()
	} else {
		w.Name = ev.Interaction.View.CallbackID
	}
	if action, ok := b.engine.Catalog.Named(ref.Action); ok && err == nil {
		w.Action = action.Name
	}
	return w
}

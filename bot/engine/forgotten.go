package engine

import "context"

// Forgotten tells everybody concerned that the store has lost the last moves of
// an open run, which was at a certain version before. The run moves past that
// version, so that its card is drawn as the store has it, with the buttons that
// this state has. It is said once of each epoch, whoever calls.
func (e *Engine) Forgotten(ctx context.Context, id string, version int64, epoch string) error {
	r, err := e.press(ctx, Press{Run: id, Mark: Mark("forgotten:" + id + ":" + epoch)}, func(r *Run) (*Gate, []Entry, error) {
		if r.Status.Closed() {
			return nil, nil, errNoop
		}
		now := e.Now()
		r.log(now, "", "Redis failed over and lost what was decided or done last; what this card shows now is what counts, so please decide again where that is missing")
		return nil, []Entry{entry(now, "run.forgotten", r, "")}, nil
	})
	// A card does not go back to an older version.
	for err == nil && r.Version <= version && !r.Status.Closed() {
		r, err = e.press(ctx, Press{Run: id}, func(*Run) (*Gate, []Entry, error) { return nil, nil, nil })
	}
	return err
}

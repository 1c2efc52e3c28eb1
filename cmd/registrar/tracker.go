package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"registrar/bot/access"
	"registrar/bot/engine"
	"registrar/bot/runbook"
	"registrar/handlers"
	"registrar/store"
)

const (
	// trackedRuns is a page of the tracker.
	trackedRuns = 8
	// scanAtOnce is how many runs are read at a time, and scanRounds how often,
	// for a reader who may not see all of them. Then the page ends where they
	// ended, however few it shows.
	scanAtOnce = 25
	scanRounds = 8
)

// tracker reads for the reports what Registrar itself knows. The catalog, of
// which the reports are a part, comes before most of what it reads from: what is
// below portals is set before anybody reads.
type tracker struct {
	store   *store.Store
	portals []Portal

	queue *store.Queue
	guard *access.Guard
	cards func(ctx context.Context, ids []string) (map[string]string, error)
}

// runs is a page of the runs the reader may see.
func (t *tracker) runs(ctx context.Context, q handlers.RunsQuery) (handlers.RunsPage, error) {
	who, ok := engine.ReaderOf(ctx)
	if !ok {
		return handlers.RunsPage{}, errors.New("runs are listed for nobody")
	}
	list := store.ListQuery{Stage: engine.Stage(q.State), Person: q.Person, Action: q.Action, Beyond: q.Beyond, Newer: q.Newer}
	found, err := t.scan(ctx, who, list)
	if err == nil && q.Newer && !found.more {
		// Less than a page lies before it: begin at the newest.
		list.Beyond, list.Newer = "", false
		found, err = t.scan(ctx, who, list)
	}
	if err != nil {
		return handlers.RunsPage{}, err
	}
	page := handlers.RunsPage{}
	if page.Runs, err = t.lines(ctx, found.runs); err != nil {
		return page, err
	}
	page.Newer, page.Older = found.ends(list)
	page.Counts, err = t.counts(ctx, who, list)
	return page, err
}

// scanned are the runs of a page, the newest first.
type scanned struct {
	runs []store.Listed
	last string // the place where the scan ended
	more bool   // there may be further ones in the same direction
}

// ends are the places from which the pages before and behind go on; empty where
// there are none.
func (s scanned) ends(q store.ListQuery) (newer, older string) {
	first, last := s.last, s.last
	if len(s.runs) > 0 {
		first, last = s.runs[0].Place, s.runs[len(s.runs)-1].Place
	}
	switch {
	case q.Newer:
		return first, last
	case !s.more:
		last = ""
	case len(s.runs) < trackedRuns:
		last = s.last
	}
	if q.Beyond == "" {
		first = ""
	}
	return first, last
}

// scan reads on until a page is full or enough was read.
func (t *tracker) scan(ctx context.Context, who engine.Person, q store.ListQuery) (scanned, error) {
	found := scanned{last: q.Beyond}
	q.Limit = scanAtOnce
	for range scanRounds {
		listed, err := t.store.List(ctx, q)
		if err != nil {
			return found, err
		}
		if q.Newer { // the nearest first
			slices.Reverse(listed)
		}
		for _, l := range listed {
			sees, err := t.sees(ctx, who, l.Run)
			if err != nil {
				return found, err
			}
			if sees && len(found.runs) == trackedRuns {
				found.more = true
				return found.sorted(q), nil
			}
			if sees {
				found.runs = append(found.runs, l)
			}
			found.last = l.Place
		}
		if len(listed) < q.Limit {
			return found.sorted(q), nil
		}
		q.Beyond = found.last
	}
	found.more = true
	return found.sorted(q), nil
}

func (s scanned) sorted(q store.ListQuery) scanned {
	if q.Newer {
		slices.Reverse(s.runs)
	}
	return s
}

// sees reports whether a run may be shown to somebody. What a newer release
// wrote is not.
func (t *tracker) sees(ctx context.Context, who engine.Person, run *engine.Run) (bool, error) {
	if run == nil {
		return false, nil
	}
	return t.may(ctx, who, engine.SubjectOf(run))
}

func (t *tracker) may(ctx context.Context, who engine.Person, s engine.Subject) (bool, error) {
	err := t.guard.May(ctx, who, engine.VerbSee, s)
	if refused := (*access.Refusal)(nil); errors.As(err, &refused) {
		return false, nil
	}
	return err == nil, err
}

// counts is how many runs are in each state, for who may see them all: no scope
// covers what belongs to no account and no group.
func (t *tracker) counts(ctx context.Context, who engine.Person, q store.ListQuery) (map[string]int, error) {
	all, err := t.may(ctx, who, engine.Subject{Action: q.Action, Known: true})
	if err != nil || !all {
		return nil, err
	}
	counts := map[string]int{}
	for _, stage := range engine.Stages() {
		q.Stage = stage
		if counts[string(stage)], err = t.store.Count(ctx, q); err != nil {
			return nil, err
		}
	}
	return counts, nil
}

// lines are the runs as people read them, with links to their cards.
func (t *tracker) lines(ctx context.Context, runs []store.Listed) ([]handlers.RunLine, error) {
	ids := make([]string, len(runs))
	for i, l := range runs {
		ids[i] = l.Run.ID
	}
	cards, err := t.cards(ctx, ids)
	if err != nil {
		return nil, err
	}
	var lines []handlers.RunLine
	for _, l := range runs {
		r := l.Run
		line := handlers.RunLine{
			Title: r.Action, Subject: r.Plan.Subject, State: string(r.Status.Stage()), Sentence: engine.Sentence(r),
			By: r.Requester.Name, Asked: r.Created, Moved: r.Updated,
		}
		if r.Plan.Title != "" {
			line.Title = r.Plan.Title
		}
		if url := cards[r.ID]; url != "" {
			line.Card = runbook.Link{Text: "Open the card", URL: url}
		}
		lines = append(lines, line)
	}
	return lines, nil
}

// system is how this installation is doing. What cannot be read is named.
func (t *tracker) system(ctx context.Context) (handlers.SystemState, error) {
	s := handlers.SystemState{Most: store.SocketSlots}
	unread := func(what string, err error) {
		if err != nil {
			s.Unread = append(s.Unread, what+" could not be read.")
		}
	}
	var err error
	s.Sockets, err = t.store.SocketsHeld(ctx)
	unread("How many sockets are open", err)
	s.Tasks, s.Late, err = t.queue.Depth(ctx)
	unread("The queue", err)
	s.Open, err = t.store.OpenRuns(ctx)
	unread("How many runs are open", err)
	s.Read, err = t.store.Alerts().LastRead(ctx)
	unread("When the sync errors were last read", err)
	for _, p := range t.portals {
		minute, week, err := t.store.Left(ctx, p.Name)
		unread(fmt.Sprintf("The calls left to %s", p.Name), err)
		s.Budgets = append(s.Budgets, handlers.CallBudget{Portal: p.Name, Minute: minute, PerMinute: p.RatePerMinute, Week: week})
	}
	return s, nil
}

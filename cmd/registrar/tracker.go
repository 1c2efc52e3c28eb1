package main

import (
	"context"
	"errors"
	"fmt"

	"registrar/bot/access"
	"registrar/bot/engine"
	"registrar/bot/runbook"
	"registrar/handlers"
	"registrar/store"
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
	list := store.ListQuery{Stage: engine.Stage(q.State), Person: q.Person, Action: q.Action}
	found, newer, older, err := paged[store.Listed]{
		read: func(ctx context.Context, beyond string, newer bool, n int) ([]store.Listed, error) {
			part := list
			part.Beyond, part.Newer, part.Limit = beyond, newer, n
			return t.store.List(ctx, part)
		},
		place: func(l store.Listed) string { return l.Place },
		shows: func(ctx context.Context, l store.Listed) (bool, error) { return t.sees(ctx, who, l.Run) },
	}.page(ctx, q.Beyond, q.Newer)
	if err != nil {
		return handlers.RunsPage{}, err
	}
	page := handlers.RunsPage{Newer: newer, Older: older}
	if page.Runs, err = t.lines(ctx, found); err != nil {
		return page, err
	}
	page.Counts, err = t.counts(ctx, who, list)
	return page, err
}

// sees reports whether a run may be shown to somebody. What a newer release
// wrote is not.
func (t *tracker) sees(ctx context.Context, who engine.Person, run *engine.Run) (bool, error) {
	if run == nil {
		return false, nil
	}
	return t.may(ctx, who, engine.VerbSee, engine.SubjectOf(run))
}

// may tells a refusal from a judgement that could not be made.
func (t *tracker) may(ctx context.Context, who engine.Person, verb engine.Verb, s engine.Subject) (bool, error) {
	err := t.guard.May(ctx, who, verb, s)
	if refused := (*access.Refusal)(nil); errors.As(err, &refused) {
		return false, nil
	}
	return err == nil, err
}

// counts is how many runs are in each state, for who may see them all: no scope
// covers what belongs to no account and no group.
func (t *tracker) counts(ctx context.Context, who engine.Person, q store.ListQuery) (map[string]int, error) {
	all, err := t.may(ctx, who, engine.VerbSee, engine.Subject{Action: q.Action, Known: true})
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
		held, err := t.store.WritesHeld(ctx, p.Name)
		unread(fmt.Sprintf("Whether runs wait for calls to %s", p.Name), err)
		s.Budgets = append(s.Budgets, handlers.CallBudget{Portal: p.Name, Minute: minute, PerMinute: p.RatePerMinute, Week: week, Held: held})
	}
	return s, nil
}

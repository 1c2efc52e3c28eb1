package engine

import (
	"context"
	"encoding/json"

	"registrar/bot/runbook"
)

// Decode checks what a person typed for a report and whether they may ask. It
// calls no vendor, so that it fits before an acknowledgement.
func (e *Engine) Decode(ctx context.Context, p Proposal) (json.RawMessage, error) {
	action, ok := e.Catalog.Named(p.Action)
	if !ok || !action.ReadOnly() {
		return nil, runbook.Refuse("This action is not available. /registrar lists those that are.")
	}
	if err := e.May(ctx, p.By, VerbRequest, Subject{Action: p.Action, Requester: p.By}); err != nil {
		return nil, err
	}
	return e.decode(action, p)
}

// Report reads a document for a person. The look is recorded before anything is
// read; where it cannot be, nothing is shown. Nor is it where the document shows
// what lies outside the person's scoped role.
func (e *Engine) Report(ctx context.Context, p Proposal, mark Mark) (runbook.Document, error) {
	input, err := e.Decode(ctx, p)
	if err != nil {
		return runbook.Document{}, err
	}
	action, _ := e.Catalog.Named(p.Action)
	looked := Entry{At: e.Now(), Kind: "report.read", Action: p.Action, Actor: p.By.ID, Personal: map[string]string(p.Values)}
	if err := e.Store.Append(ctx, mark, looked); err != nil {
		return runbook.Document{}, err
	}
	doc, err := action.Read(withReader(e.ReadOnly(ctx), p.By), input)
	if err != nil {
		return runbook.Document{}, err
	}
	if doc.Judged {
		return doc, nil
	}
	shown := Subject{Action: p.Action, Requester: p.By, Known: true, Accounts: doc.Accounts, Groups: doc.Groups}
	if err := e.May(ctx, p.By, VerbRequest, shown); err != nil {
		return runbook.Document{}, err
	}
	return doc, nil
}

type readerKey struct{}

func withReader(ctx context.Context, who Person) context.Context {
	return context.WithValue(ctx, readerKey{}, who)
}

// ReaderOf is who a report is read for: reports that list what not everybody may
// see ask for it. Nobody outside of [Engine.Report].
func ReaderOf(ctx context.Context) (who Person, ok bool) {
	who, ok = ctx.Value(readerKey{}).(Person)
	return who, ok
}

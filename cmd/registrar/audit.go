package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"registrar/store"
)

// auditCommand looks at the audit trail from outside the bot.
type auditCommand struct {
	Verify auditVerify `cmd:"" help:"Check that no entry of the audit trail was changed, moved, added or removed."`
	Export auditExport `cmd:"" help:"Write the whole audit trail to standard output, oldest entry first."`
}

type auditVerify struct {
	Head string `placeholder:"N:HASH" help:"A head from the audit channel. With it a chain that was cut short shows too."`
}

func (v auditVerify) Run(ctx context.Context, s surroundings) error {
	return withStore(ctx, s, func(kept *store.Store) error {
		held, err := kept.Audit(ctx, v.Head)
		if tampered, ok := errors.AsType[*store.TamperError](err); ok {
			return fmt.Errorf("the audit trail does not hold: %w", tampered)
		}
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(s.stdout, "The audit trail holds: %d entries, head %s.\n", held.Head.Seq, held.Head)
		if held.Erased > 0 {
			_, err = fmt.Fprintf(s.stdout, "Personal values of %d entries were erased.\n", held.Erased)
		}
		return err
	})
}

type auditExport struct {
	Format store.Format `enum:"jsonl,csv" default:"jsonl" help:"${enum}. jsonl holds what the hashes are made of, csv opens in a spreadsheet."`
}

func (e auditExport) Run(ctx context.Context, s surroundings) error {
	return withStore(ctx, s, func(kept *store.Store) error { return kept.Export(ctx, s.stdout, e.Format) })
}

func withStore(ctx context.Context, s surroundings, do func(*store.Store) error) error {
	c, err := s.config()
	if err != nil {
		return err
	}
	kept, err := openStore(ctx, c, newLogger(s.stderr, true, slog.LevelWarn))
	if err != nil {
		return err
	}
	return errors.Join(do(kept), kept.Close())
}

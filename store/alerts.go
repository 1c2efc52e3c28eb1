package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"registrar/bot/alerts"
	"registrar/bot/engine"
)

// Alerts keeps alerts, in the same Redis and the same audit chain.
type Alerts struct{ s *Store }

var _ alerts.Store = Alerts{}

// Alerts is the part of the store that keeps alerts.
func (s *Store) Alerts() Alerts { return Alerts{s} }

// Save writes a change: see [alerts.Store] and scripts/alerts.lua.
func (a Alerts) Save(ctx context.Context, c alerts.Change) error {
	write := newWrite()
	keys := []string{keySeen(c.Mark), keyAudit, keyHead, keyPersonal, keyAlertsWake, keyAlertsOpen, keyAlertsCreated,
		keyAlertsEnded, keyAlertsUnshown, keyAlertsAssigned, ""}
	args := []any{write, markSeconds(engine.Mark(c.Mark)), int64(rowLife / time.Second), int64(alertLife / time.Second),
		millis(a.s.now()), len(c.Rows)}
	for _, row := range c.Rows {
		keys = append(keys, keyAlertRow(row))
	}
	digest, err := digestFields(c.Digest)
	if err != nil {
		return err
	}
	args = append(args, digest...)
	args = append(args, len(c.Alerts))
	for _, alert := range c.Alerts {
		fields, err := alertArgs(alert, c)
		if err != nil {
			return err
		}
		keys = append(keys, keyAlert(alert.ID), keyFace(alert.Face()))
		for _, key := range alert.Keys() {
			keys = append(keys, keyAlertOf(key))
		}
		args = append(args, fields...)
	}
	keys[10] = keyAlertsOpen // stands for no digest
	if c.Digest != nil {
		keys[10] = keyDigest(c.Digest.ID)
	}
	v, err := a.s.commit(ctx, "alerts", keys, args, entriesOf(c.Entries))
	if err != nil {
		return err
	}
	if err := v.alertErr(); err != nil {
		return err
	}
	for _, alert := range c.Alerts {
		alert.Version++
	}
	return nil
}

// alertArgs is what the script reads for one alert.
func alertArgs(stored *alerts.Alert, c alerts.Change) ([]any, error) {
	alert := *stored
	alert.Version++
	body, err := json.Marshal(&alert)
	if err != nil {
		return nil, fmt.Errorf("alert %s: %w", alert.ID, err)
	}
	assigned := ""
	if alert.Assignee != nil && !alert.Status.Ended() {
		assigned = assignedPlace(alert.Assignee.ID, alert.ID)
	}
	args := []any{stored.Version, alert.ID, alert.Face(), millis(alert.Wake), millis(alert.Created), millis(alert.Ended), assigned}
	return slices.Concat(args, list(wasWhose(stored, c.Takes)), list([]any{"body", body, "schema", alerts.AlertSchema, "version", alert.Version})), nil
}

// wasWhose is, for each key of an alert, whose it must still be for the alert to
// take it, or a star where it takes none.
func wasWhose(alert *alerts.Alert, takes map[string]alerts.Take) []string {
	var whose []string
	for _, key := range alert.Keys() {
		switch take, takes := takes[key]; {
		case takes && take.Alert == alert.ID:
			whose = append(whose, take.From)
		case alert.Version == 0:
			whose = append(whose, "")
		default:
			whose = append(whose, "*")
		}
	}
	return whose
}

// assignedPlace sorts all alerts of a person side by side.
func assignedPlace(person, alert string) string { return person + "/" + alert }

// digestFields leaves the version out: the script counts the moves of its
// alerts.
func digestFields(d *alerts.Digest) ([]any, error) {
	if d == nil {
		return list[any](nil), nil
	}
	body, err := json.Marshal(d)
	if err != nil {
		return nil, fmt.Errorf("digest %s: %w", d.ID, err)
	}
	return list([]any{"body", body, "schema", alerts.DigestSchema}), nil
}

func entriesOf(entries []alerts.Entry) []engine.Entry {
	out := make([]engine.Entry, len(entries))
	for i, e := range entries {
		out[i] = engine.Entry{At: e.At, Kind: e.Kind, Actor: e.Actor, Facts: e.Facts, Personal: e.Personal}
	}
	return out
}

// alertErr turns a script's word into the error that package alerts knows.
func (v verdict) alertErr() error {
	err := v.err()
	for known, theirs := range map[error]error{
		engine.ErrSeen: alerts.ErrSeen, engine.ErrConflict: alerts.ErrConflict, engine.ErrNotFound: alerts.ErrNotFound,
	} {
		if errors.Is(err, known) {
			return theirs
		}
	}
	return err
}

package main

import (
	"context"
	"slices"
)

const (
	// pageLength is how many entries a page of a report shows.
	pageLength = 8
	// scanAtOnce is how many entries are read at a time, and scanRounds how often,
	// for a reader who is shown only some of them. Then the page ends where they
	// ended, however few it shows.
	scanAtOnce = 25
	scanRounds = 8
)

// paged is a list, the newest entry first, of which a reader is shown a page of
// the entries that are for them.
type paged[T any] struct {
	// read reads at most n entries, the newest first, beyond a place: older ones,
	// or the nearest newer ones. Beyond none: the newest of all.
	read  func(ctx context.Context, beyond string, newer bool, n int) ([]T, error)
	place func(T) string
	shows func(ctx context.Context, entry T) (bool, error)
}

// page is a page beyond a place, and the places from which the pages before and
// behind it go on; empty where there are none.
func (p paged[T]) page(ctx context.Context, beyond string, newer bool) (entries []T, before, behind string, err error) {
	found, err := p.scan(ctx, beyond, newer)
	if err == nil && newer && !found.more {
		// Less than a page lies before it: begin at the newest.
		beyond, newer = "", false
		found, err = p.scan(ctx, beyond, newer)
	}
	if err != nil {
		return nil, "", "", err
	}
	before, behind = p.ends(found, beyond, newer)
	return found.entries, before, behind, nil
}

// scanned are the entries of a page, the newest first.
type scanned[T any] struct {
	entries []T
	last    string // the place where the scan ended
	more    bool   // there may be further ones in the same direction
}

func (p paged[T]) ends(s scanned[T], beyond string, newer bool) (before, behind string) {
	first, last := s.last, s.last
	if len(s.entries) > 0 {
		first, last = p.place(s.entries[0]), p.place(s.entries[len(s.entries)-1])
	}
	switch {
	case newer:
		return first, last
	case !s.more:
		last = ""
	case len(s.entries) < pageLength:
		last = s.last
	}
	if beyond == "" {
		first = ""
	}
	return first, last
}

// scan reads on until a page is full or enough was read.
func (p paged[T]) scan(ctx context.Context, beyond string, newer bool) (scanned[T], error) {
	found := scanned[T]{last: beyond}
	for range scanRounds {
		read, err := p.read(ctx, found.last, newer, scanAtOnce)
		if err != nil {
			return found, err
		}
		if newer { // the nearest first
			slices.Reverse(read)
		}
		for _, entry := range read {
			shows, err := p.shows(ctx, entry)
			if err != nil {
				return found, err
			}
			if shows && len(found.entries) == pageLength {
				found.more = true
				return found.sorted(newer), nil
			}
			if shows {
				found.entries = append(found.entries, entry)
			}
			found.last = p.place(entry)
		}
		if len(read) < scanAtOnce {
			return found.sorted(newer), nil
		}
	}
	found.more = true
	return found.sorted(newer), nil
}

func (s scanned[T]) sorted(newer bool) scanned[T] {
	if newer {
		slices.Reverse(s.entries)
	}
	return s
}

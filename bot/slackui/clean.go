package slackui

import (
	"fmt"
	"strings"
	"unicode"
)

// visible is s on one line with nothing hidden in it: a line break becomes ⏎,
// and control, bidi and other invisible characters become ⟨U+202E⟩ and the
// like, so that a name cannot pretend to be another or forge a line.
func visible(s string) string { return clean(s, " ⏎ ") }

// visibleLines is visible for texts that may have several lines.
func visibleLines(s string) string { return clean(s, "\n") }

func clean(s, newline string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\r\n", "\n")
	var b strings.Builder
	var before rune
	for _, r := range s {
		switch {
		case r == '\n':
			b.WriteString(newline)
		case hidden(r) && !joins(before, r):
			fmt.Fprintf(&b, "⟨U+%04X⟩", r)
		default:
			b.WriteRune(r)
		}
		before = r
	}
	return strings.TrimSpace(b.String())
}

// blank are the characters that Unicode calls letters, marks or symbols and
// that show nothing.
var blank = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x034F, Hi: 0x034F, Stride: 1}, // combining grapheme joiner
		{Lo: 0x115F, Hi: 0x1160, Stride: 1}, // Hangul fillers
		{Lo: 0x17B4, Hi: 0x17B5, Stride: 1}, // Khmer inherent vowels
		{Lo: 0x180B, Hi: 0x180F, Stride: 1}, // Mongolian selectors
		{Lo: 0x2800, Hi: 0x2800, Stride: 1}, // Braille blank
		{Lo: 0x3164, Hi: 0x3164, Stride: 1}, // Hangul filler
		{Lo: 0xFFA0, Hi: 0xFFA0, Stride: 1}, // halfwidth Hangul filler
	},
	R32: []unicode.Range32{{Lo: 0xE0100, Hi: 0xE01EF, Stride: 1}}, // variation selectors
}

func hidden(r rune) bool { return !unicode.IsGraphic(r) || unicode.Is(blank, r) }

const (
	nonJoiner = '\u200C'
	joiner    = '\u200D'
)

// joins reports whether r is a joiner where people write one: in emoji and in
// the scripts beyond Armenian. In Latin, Greek or Cyrillic it only hides.
func joins(before, r rune) bool {
	return (r == joiner || r == nonJoiner) && before > 0x058F && !hidden(before)
}

// rightToLeft reports whether s has letters that are read from the right.
func rightToLeft(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool {
		return r >= 0x0590 && r <= 0x08FF || r >= 0xFB1D && r <= 0xFDFF || r >= 0xFE70 && r <= 0xFEFC || r >= 0x10800 && r <= 0x10FFF || r >= 0x1E800 && r <= 0x1EFFF
	})
}

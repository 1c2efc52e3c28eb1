package slackui

import (
	"fmt"
	"unicode"
	"unicode/utf8"
)

// length counts s as Slack's clients do, in UTF-16 units. Slack does not say
// what it counts; this is never less than the number of characters.
func length(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r > 0xFFFF {
			n++
		}
	}
	return n
}

// countRoom is the limit below which a count would take too much of the room.
const countRoom = 40

// cut shortens s to at most limit and says how many characters it left out,
// where there is room to. It never cuts inside what a reader sees as one character.
func cut(s string, limit int) string {
	if length(s) <= limit {
		return s
	}
	mark := func(n int) string { return fmt.Sprintf("…(%d more)", n) }
	if limit < countRoom {
		mark = func(int) string { return "…" }
	}
	kept := fitting(s, limit-length(mark(utf8.RuneCountInString(s))))
	return s[:kept] + mark(utf8.RuneCountInString(s[kept:]))
}

// pieces splits s into parts of at most limit, losing nothing.
func pieces(s string, limit int) []string {
	var out []string
	for length(s) > limit {
		n := fitting(s, limit)
		if n == 0 { // not even one character fits
			_, n = utf8.DecodeRuneInString(s)
		}
		out, s = append(out, s[:n]), s[n:]
	}
	return append(out, s)
}

// fitting is how many bytes of s fit into limit without splitting a character.
func fitting(s string, limit int) int {
	end, used := 0, 0
	for end < len(s) {
		next := end + cluster(s[end:])
		used += length(s[end:next])
		if used > limit {
			break
		}
		end = next
	}
	return end
}

// maxCluster ends what would otherwise be one endless character, such as a
// letter under a thousand accents.
const maxCluster = 16

// cluster is the number of bytes of the first character as a reader sees it: a
// letter with its accents, an emoji with its modifiers, a flag of two signs.
// It is the part of Unicode's rule that names and addresses need.
func cluster(s string) int {
	first, end := utf8.DecodeRuneInString(s)
	before := first
	for n := 1; end < len(s) && n < maxCluster; n++ {
		r, size := utf8.DecodeRuneInString(s[end:])
		flag := n == 1 && regional(first) && regional(r)
		if !flag && !extends(r) && (before != joiner || !unicode.Is(unicode.So, r)) {
			break
		}
		end += size
		before = r
	}
	return end
}

func regional(r rune) bool { return r >= 0x1F1E6 && r <= 0x1F1FF }

func extends(r rune) bool {
	return r == joiner || unicode.In(r, unicode.Mn, unicode.Me, unicode.Mc) ||
		r >= 0x1F3FB && r <= 0x1F3FF || // skin tones
		r >= 0x1160 && r <= 0x11FF // the vowels and finals of a Hangul syllable
}

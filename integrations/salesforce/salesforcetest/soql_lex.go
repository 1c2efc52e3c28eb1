package salesforcetest

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// kinds of tokens.
const (
	end    = iota
	word   // a name, perhaps with dots, or a keyword
	text_  // a string, its value still with escapes
	digits // a number or a moment
	mark   // punctuation
)

type token struct {
	kind int
	text string
	at   int
}

func (t token) is(keyword string) bool {
	return t.kind != text_ && strings.EqualFold(t.text, keyword)
}

const longestLiteral = 4000

// lex cuts SOQL into tokens.
func lex(soql string) ([]token, error) {
	var tokens []token
	for i := 0; i < len(soql); {
		start, c := i, soql[i]
		switch {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			i++
			continue
		case isLetter(c):
			for i < len(soql) && (isLetter(soql[i]) || isDigit(soql[i]) || soql[i] == '_' || soql[i] == '.') {
				i++
			}
			tokens = append(tokens, token{word, soql[start:i], start})
		case isDigit(c) || c == '-':
			for i++; i < len(soql) && (isDigit(soql[i]) || strings.IndexByte("-:TZ.+", soql[i]) >= 0); {
				i++
			}
			tokens = append(tokens, token{digits, soql[start:i], start})
		case c == '\'':
			for i++; i < len(soql) && soql[i] != '\''; i++ {
				if soql[i] == '\\' {
					i++
				}
			}
			if i >= len(soql) {
				return nil, fmt.Errorf("unterminated string at %d", start)
			}
			i++
			literal := soql[start+1 : i-1]
			if utf8.RuneCountInString(literal) > longestLiteral {
				return nil, fmt.Errorf("a string is too long")
			}
			tokens = append(tokens, token{text_, literal, start})
		case strings.IndexByte("(),=", c) >= 0:
			i++
			tokens = append(tokens, token{mark, soql[start:i], start})
		case strings.IndexByte("<>!", c) >= 0:
			i++
			if i < len(soql) && soql[i] == '=' || c == '<' && i < len(soql) && soql[i] == '>' {
				i++
			}
			if soql[start:i] == "!" {
				return nil, fmt.Errorf("an exclamation mark alone")
			}
			tokens = append(tokens, token{mark, soql[start:i], start})
		default:
			return nil, fmt.Errorf("unexpected char at %d", i)
		}
	}
	return append(tokens, token{end, "<EOF>", len(soql)}), nil
}

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }
func isDigit(c byte) bool  { return c >= '0' && c <= '9' }

// char is a character of a literal; a wild one stands for others.
type char struct {
	r    rune
	wild bool
}

// unescape reads a literal. Only LIKE knows wildcards, and escapes for them.
func unescape(literal string, like bool) ([]char, error) {
	var out []char
	runes := []rune(literal)
	for i := 0; i < len(runes); i++ {
		r := runes[i]
		if r != '\\' {
			out = append(out, char{r, like && (r == '%' || r == '_')})
			continue
		}
		if i++; i >= len(runes) {
			return nil, fmt.Errorf("illegal escape at the end")
		}
		plain := map[rune]rune{'n': '\n', 'N': '\n', 'r': '\r', 'R': '\r', 't': '\t', 'T': '\t', 'b': '\b', 'B': '\b', 'f': '\f', 'F': '\f', '"': '"', '\'': '\'', '\\': '\\'}
		switch r := runes[i]; {
		case plain[r] != 0:
			out = append(out, char{plain[r], false})
		case like && (r == '%' || r == '_'):
			out = append(out, char{r, false})
		case r == 'u' && i+4 < len(runes):
			code, err := strconv.ParseUint(string(runes[i+1:i+5]), 16, 16)
			if err != nil {
				return nil, fmt.Errorf("illegal escape")
			}
			out = append(out, char{rune(code), false})
			i += 4
		default:
			return nil, fmt.Errorf(`illegal escape \%c`, r)
		}
	}
	return out, nil
}

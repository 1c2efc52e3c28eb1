package salesforcetest

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// statement is a query that was understood in full.
type statement struct {
	columns []string // none: COUNT()
	from    string
	where   expression // nil: all
	order   []ordering
	limit   int // -1: none
	offset  int
}

type ordering struct {
	path      string
	down      bool
	nullsLast bool
}

// expression is a condition, or several.
type expression struct {
	all, any []expression
	not      *expression
	test     *comparison
}

type comparison struct {
	path     string
	operator string // = != < <= > >= like in not in
	values   []literal
}

// literal is a value as it was written.
type literal struct {
	kind string // null, boolean, number, datetime, string
	text string
	like []char
	flag bool
	num  float64
	at   time.Time
}

// parser goes through the tokens; the first thing it does not know ends it by panic with a syntaxError.
type parser struct {
	tokens []token
	next   int
}

type syntaxError string

// parse reads a query. What it does not know is an error, never ignored.
func parse(soql string) (q *statement, err error) {
	tokens, err := lex(soql)
	if err != nil {
		return nil, err
	}
	p := &parser{tokens: tokens}
	defer func() {
		switch wrong := recover().(type) {
		case nil:
		case syntaxError:
			q, err = nil, errors.New(string(wrong))
		default:
			panic(wrong)
		}
	}()
	return p.statement(), nil
}

func (p *parser) peek() token { return p.tokens[p.next] }

func (p *parser) take() token {
	t := p.tokens[p.next]
	if t.kind != end {
		p.next++
	}
	return t
}

func (p *parser) accept(keywords ...string) bool {
	for i, k := range keywords {
		if p.next+i >= len(p.tokens) || !p.tokens[p.next+i].is(k) {
			return false
		}
	}
	p.next += len(keywords)
	return true
}

func (p *parser) expect(keyword string) {
	if !p.accept(keyword) {
		p.unexpected()
	}
}

func (p *parser) unexpected() {
	t := p.peek()
	panic(syntaxError(fmt.Sprintf("ERROR at Row:1:Column:%d\nunexpected token: '%s'", t.at+1, t.text)))
}

var keywords = []string{
	"select", "from", "where", "and", "or", "not", "order", "by", "limit", "offset", "like", "in", "null", "true", "false",
	"asc", "desc", "nulls", "first", "last", "group", "having", "for", "using", "with", "all", "includes", "excludes",
}

func (p *parser) name() string {
	t := p.peek()
	if t.kind != word || slices.Contains(keywords, strings.ToLower(t.text)) || strings.HasSuffix(t.text, ".") || strings.Contains(t.text, "..") {
		p.unexpected()
	}
	return p.take().text
}

func (p *parser) statement() *statement {
	q := &statement{limit: -1}
	p.expect("SELECT")
	if !p.accept("COUNT", "(", ")") {
		for {
			q.columns = append(q.columns, p.name())
			if !p.accept(",") {
				break
			}
		}
	}
	p.expect("FROM")
	q.from = p.name()
	if p.accept("WHERE") {
		q.where = p.conditions()
	}
	if p.accept("ORDER", "BY") {
		for {
			q.order = append(q.order, p.ordering())
			if !p.accept(",") {
				break
			}
		}
	}
	if p.accept("LIMIT") {
		q.limit = p.number()
	}
	if p.accept("OFFSET") {
		q.offset = p.number()
	}
	if p.peek().kind != end {
		p.unexpected()
	}
	return q
}

func (p *parser) number() int {
	n, err := strconv.Atoi(p.peek().text)
	if p.peek().kind != digits || err != nil || n < 0 {
		p.unexpected()
	}
	p.take()
	return n
}

func (p *parser) ordering() ordering {
	o := ordering{path: p.name()}
	if !p.accept("ASC") {
		o.down = p.accept("DESC")
	}
	if p.accept("NULLS", "LAST") {
		o.nullsLast = true
	} else {
		p.accept("NULLS", "FIRST")
	}
	return o
}

// conditions reads conditions joined by AND or by OR: Salesforce takes both at once only with brackets.
func (p *parser) conditions() expression {
	first := p.condition()
	for _, joint := range []string{"AND", "OR"} {
		if !p.peek().is(joint) {
			continue
		}
		parts := []expression{first}
		for p.accept(joint) {
			parts = append(parts, p.condition())
		}
		if p.peek().is("AND") || p.peek().is("OR") {
			p.unexpected()
		}
		if joint == "AND" {
			return expression{all: parts}
		}
		return expression{any: parts}
	}
	return first
}

func (p *parser) condition() expression {
	switch {
	case p.accept("("):
		inner := p.conditions()
		p.expect(")")
		return inner
	case p.accept("NOT"):
		inner := p.condition()
		return expression{not: &inner}
	}
	test := &comparison{path: p.name()}
	switch {
	case p.accept("NOT", "IN"):
		test.operator = "not in"
	case p.accept("IN"):
		test.operator = "in"
	case p.accept("LIKE"):
		test.operator = "like"
	default:
		if test.operator = p.take().text; !slices.Contains([]string{"=", "!=", "<>", "<", "<=", ">", ">="}, test.operator) {
			p.next--
			p.unexpected()
		}
	}
	if !strings.HasSuffix(test.operator, "in") {
		test.values = []literal{p.literal(test.operator == "like")}
		return expression{test: test}
	}
	p.expect("(")
	for {
		test.values = append(test.values, p.literal(false))
		if !p.accept(",") {
			break
		}
	}
	p.expect(")")
	return expression{test: test}
}

func (p *parser) literal(like bool) literal {
	t := p.take()
	switch {
	case t.kind == text_:
		chars, err := unescape(t.text, like)
		if err != nil {
			panic(syntaxError(err.Error()))
		}
		l := literal{kind: "string", like: chars}
		for _, c := range chars {
			l.text += string(c.r)
		}
		return l
	case t.is("null"):
		return literal{kind: "null"}
	case t.is("true"), t.is("false"):
		return literal{kind: "boolean", flag: t.is("true")}
	case t.kind == digits:
		if n, err := strconv.ParseFloat(t.text, 64); err == nil {
			return literal{kind: "number", num: n}
		}
		if at, err := time.Parse(time.RFC3339, t.text); err == nil {
			return literal{kind: "datetime", at: at.UTC()}
		}
	}
	p.next = max(0, p.next-1)
	p.unexpected()
	return literal{}
}

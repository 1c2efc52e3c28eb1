package main

import (
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// problems gathers what is wrong with the variables, one sentence each. Its
// methods return what can be used, so that reading goes on to the next one.
type problems struct {
	errs     []error
	warnings []string
	unread   []string // variables whose files could not be used
}

func (p *problems) add(format string, args ...any) {
	p.errs = append(p.errs, fmt.Errorf(format, args...))
}

func (p *problems) warn(format string, args ...any) {
	p.warnings = append(p.warnings, fmt.Sprintf(format, args...))
}

// need names a variable that is missing, and what it is for.
func (p *problems) need(name, value, what string) string {
	if value == "" && !p.fromFile(name) {
		p.add("%s is missing: %s.", name, what)
	}
	return value
}

// together reports whether both of two variables are there; one alone is wrong.
func (p *problems) together(first, firstValue, second, secondValue string) bool {
	switch {
	case firstValue != "" && secondValue == "" && !p.fromFile(second):
		p.add("%s is missing: %s is of no use without it.", second, first)
	case firstValue == "" && secondValue != "" && !p.fromFile(first):
		p.add("%s is missing: %s is of no use without it.", first, second)
	}
	return firstValue != "" && secondValue != ""
}

// web checks an address that holds no secret. Plain http off this machine is
// allowed, for test systems and sidecars, but said.
func (p *problems) web(name, value string) string {
	if value == "" {
		return ""
	}
	u, err := url.Parse(value)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		p.add("%s must be an address that starts with https:// and names a host.", name)
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		p.add("%s must be an address without a user, a query or a fragment.", name)
	case u.Scheme == "http" && !loopback(u.Hostname()):
		p.warn("%s is not https: what is sent there, keys included, can be read on the way.", name)
	}
	return value
}

// secretURL checks an address that may hold a password, which is why its text
// stays out of the sentence.
func (p *problems) secretURL(name, value string, schemes ...string) Secret {
	if value == "" {
		return ""
	}
	u, err := url.Parse(value)
	if err != nil || !slices.Contains(schemes, u.Scheme) || u.Host == "" && u.Path == "" {
		p.add("%s must be an address that starts with %s://. A password in it must be percent-encoded.", name, schemes[0])
	}
	return Secret(value)
}

func loopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}

// pattern checks a regular expression.
func (p *problems) pattern(name, value string) *regexp.Regexp {
	if value == "" {
		return nil
	}
	re, err := regexp.Compile(value)
	if err != nil {
		p.add("%s must be a regular expression, such as (?i)premier.", name)
	}
	return re
}

func (p *problems) atLeastOne(name, value string) int {
	n, err := strconv.Atoi(value)
	if err != nil || n < 1 {
		p.add("%s must be a whole number of at least 1.", name)
	}
	return n
}

func (p *problems) duration(name, value string) time.Duration {
	d, err := time.ParseDuration(value)
	if err != nil || d < time.Second {
		p.add("%s must be a time of at least one second, such as 90s or 5m.", name)
	}
	return d
}

func (p *problems) boolean(name, value string) bool {
	b, err := strconv.ParseBool(value)
	if err != nil {
		p.add("%s must be true or false.", name)
	}
	return b
}

// list splits at commas, without blanks and empty parts.
func list(text string) []string {
	var out []string
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

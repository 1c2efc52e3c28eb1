package proof

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"registrar/cmd/registrar/registrartest"
)

// complete fails where an action that makes runs has no errand. What only reads
// is told by the catalog's own words in `registrar docs`.
func complete(t *testing.T, p registrartest.Program) {
	out, errs, code := p.Run(t, nil, "docs")
	if code != 0 {
		t.Fatalf("registrar docs: exit code %d\n%s", code, errs)
	}
	chapters := strings.Split(out, "\n## ")[1:]
	if len(chapters) < 18 {
		t.Fatalf("only %d actions in `registrar docs`", len(chapters))
	}
	command := regexp.MustCompile("- Example: `/([a-z-]+)")
	var missing []string
	for _, chapter := range chapters {
		m := command.FindStringSubmatch(chapter)
		switch {
		case m == nil:
			t.Errorf("no example in the chapter %.30q", chapter)
		case strings.Contains(chapter, "It only reads"):
		case !slices.ContainsFunc(errands(), func(e errand) bool { return strings.HasPrefix(e.command, "/"+m[1]+" ") }):
			missing = append(missing, m[1])
		}
	}
	if len(missing) > 0 {
		t.Errorf("no errand kills %v; add one to errands()", missing)
	}
}

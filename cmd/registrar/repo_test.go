package main

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// root is the module's root, seen from this package.
const root = "../../"

const maxLines = 400

// repoFiles lists the files of the repository, from its root, without what tools
// leave behind.
func repoFiles(t *testing.T) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == ".git" || entry.Name() == "node_modules" || entry.Name() == ".cache"):
			return fs.SkipDir
		case !entry.IsDir() && entry.Name() != "registrar":
			files = append(files, filepath.ToSlash(strings.TrimPrefix(name, root)))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func goFiles(t *testing.T) []string {
	t.Helper()
	return slices.DeleteFunc(repoFiles(t), func(f string) bool { return path.Ext(f) != ".go" })
}

func TestTopLevelIsFixed(t *testing.T) {
	allowed := []string{"cmd", "bot", "handlers", "integrations", "store", "deploy", "go.mod", "go.sum", "README.md"}
	for _, file := range repoFiles(t) {
		top, _, _ := strings.Cut(file, "/")
		if !strings.HasPrefix(top, ".") && !slices.Contains(allowed, top) {
			t.Errorf("%s: %s does not belong at the top level", file, top)
		}
	}
}

func TestFilesAreShort(t *testing.T) {
	for _, file := range repoFiles(t) {
		if !slices.Contains([]string{".go", ".js", ".mjs", ".css", ".html", ".lua"}, path.Ext(file)) {
			continue
		}
		if n := bytes.Count(read(t, file), []byte("\n")); n > maxLines {
			t.Errorf("%s has %d lines; a file has one subject and at most %d", file, n, maxLines)
		}
	}
}

// A name that fits everything says nothing about what is inside.
func TestNamesSaySomething(t *testing.T) {
	empty := regexp.MustCompile(`^(utils?|common|helpers?|shared|base|types|managers?|misc|lib)$`)
	for _, file := range goFiles(t) {
		stem := strings.TrimSuffix(strings.TrimSuffix(path.Base(file), ".go"), "_test")
		for _, name := range append(strings.Split(path.Dir(file), "/"), stem) {
			if empty.MatchString(name) {
				t.Errorf("%s: %q says nothing about what is inside", file, name)
			}
		}
	}
}

func TestNothingOfTheWorkshopIsLeft(t *testing.T) {
	// Spelt in two parts, or this file would hold what it forbids.
	unfinished := regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|XX` + `X)\b`)
	machine := regexp.MustCompile(`(^|[\s"'` + "`" + `=(:])/(wo` + `rk|ro` + `ot|home/\w+)/|/tmp/` + `reg\b`)
	registry := regexp.MustCompile(`proxy\.go` + `lang\.org|sum\.go` + `lang\.org|registry\.np` + `mjs\.org|deb\.deb` + `ian\.org|py` + `pi\.org`)
	signs := []string{"TO" + "DO", "FIX" + "ME", "XX" + "X", "/wo" + "rk", "/ro" + "ot", "/home/", "/tmp/", "lang.org", "mjs.org", "deb.deb", "pi.org"}
	for _, file := range repoFiles(t) {
		text := read(t, file)
		if bytes.IndexByte(text, 0) >= 0 || strings.HasSuffix(file, "slack_manifest.schema.json") {
			continue // a picture; another's document
		}
		for what, pattern := range map[string]*regexp.Regexp{"unfinished": unfinished, "a machine's path": machine, "a registry's host": registry} {
			for line := range bytes.Lines(text) {
				if !slices.ContainsFunc(signs, func(sign string) bool { return bytes.Contains(line, []byte(sign)) }) {
					continue // the expressions are slow
				}
				if found := pattern.Find(line); found != nil {
					t.Errorf("%s: %s: %q", file, what, found)
				}
			}
		}
	}
}

// parsed is one Go file outside tests.
type parsed struct {
	name string
	file *ast.File
}

func parsedPackages(t *testing.T) map[string][]parsed {
	t.Helper()
	packages := map[string][]parsed{}
	for _, file := range goFiles(t) {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), root+file, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		packages[path.Dir(file)] = append(packages[path.Dir(file)], parsed{file, f})
	}
	return packages
}

func TestEachPackageHasOneComment(t *testing.T) {
	for pkg, files := range parsedPackages(t) {
		var with []string
		for _, p := range files {
			if p.file.Doc != nil {
				with = append(with, p.name)
			}
		}
		if len(with) != 1 {
			t.Errorf("package %s has %d package comments, not one: %v", pkg, len(with), with)
		}
	}
}

// What a package does must not depend on what was imported before it, nor two
// tests on each other: no init functions, and no variables but values nobody
// changes.
func TestNoHiddenState(t *testing.T) {
	for _, files := range parsedPackages(t) {
		for _, p := range files {
			for _, decl := range p.file.Decls {
				switch decl := decl.(type) {
				case *ast.FuncDecl:
					if decl.Recv == nil && decl.Name.Name == "init" {
						t.Errorf("%s: func init", p.name)
					}
				case *ast.GenDecl:
					checkVariables(t, p.name, decl)
				}
			}
		}
	}
}

func checkVariables(t *testing.T, file string, decl *ast.GenDecl) {
	if decl.Tok != token.VAR {
		return
	}
	for _, spec := range decl.Specs {
		v := spec.(*ast.ValueSpec)
		embedded := decl.Doc != nil && slices.ContainsFunc(decl.Doc.List, isEmbed) || v.Doc != nil && slices.ContainsFunc(v.Doc.List, isEmbed)
		isError := regexp.MustCompile(`^(err|Err)[A-Z]`).MatchString(v.Names[0].Name)
		if v.Names[0].Name == "_" || embedded || isError || len(v.Values) > 0 && !slices.ContainsFunc(v.Values, mutable) {
			continue
		}
		t.Errorf("%s: variable %s can change while the program runs; pass it instead", file, v.Names[0].Name)
	}
}

func isEmbed(c *ast.Comment) bool { return strings.HasPrefix(c.Text, "//go:embed ") }

// mutable: anything but a literal, or the call of a function known to make a
// value that is never changed.
func mutable(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.BasicLit, *ast.CompositeLit, *ast.FuncLit, *ast.Ident, *ast.SelectorExpr:
		return false
	case *ast.BinaryExpr:
		return mutable(e.X) || mutable(e.Y)
	case *ast.UnaryExpr:
		return e.Op == token.AND && dotted(e.X) != "unicode.RangeTable"
	case *ast.CallExpr:
		return !slices.Contains([]string{
			"append", "regexp.MustCompile", "strings.NewReplacer", "template.Must", "redis.NewScript",
			"netip.MustParsePrefix", "time.Date", "reflect.TypeFor", "strings.Fields", "bytes.Repeat",
		}, dotted(e.Fun))
	}
	return true
}

// dotted is the name of a function, or of a literal's type.
func dotted(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return dotted(e.X) + "." + e.Sel.Name
	case *ast.CompositeLit:
		return dotted(e.Type)
	case *ast.IndexExpr:
		return dotted(e.X)
	}
	return ""
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	text, err := os.ReadFile(root + file)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// The README says of each promise which test keeps it.
func TestReadmeNamesRealTests(t *testing.T) {
	declared := map[string]bool{}
	for _, file := range goFiles(t) {
		for _, m := range regexp.MustCompile(`(?m)^func (Test\w+)\(`).FindAllSubmatch(read(t, file), -1) {
			declared[string(m[1])] = true
		}
	}
	named := regexp.MustCompile(`\bTest[A-Z]\w+`).FindAllString(string(read(t, "README.md")), -1)
	if len(named) == 0 {
		t.Error("the README names no test")
	}
	for _, name := range named {
		if !declared[name] {
			t.Errorf("the README names %s, which is not there", name)
		}
	}
}

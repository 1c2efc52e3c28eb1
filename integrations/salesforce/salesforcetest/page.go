package salesforcetest

import (
	_ "embed"
	"fmt"
	"html/template"
	"net/http"
	"strings"
)

//go:embed record.html
var recordHTML string

var recordTemplate = template.Must(template.New("record").Parse(recordHTML))

// recordPage serves a record as people see it in the browser. Nobody has to sign in here.
func (s *Server) recordPage(w http.ResponseWriter, r *http.Request) {
	type line struct{ Label, Value string }
	parts := strings.Split(strings.TrimPrefix(r.URL.Path, "/lightning/r/"), "/")
	var page struct {
		Org, Kind, Name string
		Deleted         bool
		Lines           []line
	}
	s.mu.Lock()
	if found := s.find(parts[min(1, len(parts)-1)]); found != nil && len(parts) == 3 && found.object.name == parts[0] {
		page.Org, page.Kind, page.Deleted = s.options.Name, found.object.label, found.deleted()
		for _, f := range found.object.fields {
			value := found.get(f)
			switch {
			case f.key == "Name":
				page.Name, _ = value.(string)
			case value == true:
				page.Lines = append(page.Lines, line{f.label, "yes"})
			case value == false:
				page.Lines = append(page.Lines, line{f.label, "no"})
			case value != nil:
				page.Lines = append(page.Lines, line{f.label, fmt.Sprint(shown(value))})
			}
		}
	}
	s.mu.Unlock()
	if page.Kind == "" {
		reply(w, answer{status: http.StatusNotFound, body: "<!DOCTYPE html><html><head><title>404</title></head><body><h1>Page not found</h1></body></html>"})
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Referrer-Policy", "no-referrer")
	if err := recordTemplate.Execute(w, page); err != nil {
		panic("salesforcetest: " + err.Error())
	}
}

package bamboohrtest

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"registrar/integrations/rest/resttest"
)

// Fault makes calls go wrong.
type Fault = resttest.Fault

// Call is a request the company saw. Its route is "/employees", "/employees/{id}", "/employees/directory" or
// "/company_information", or "" where there is no such route.
type Call = resttest.Call

// raw is a body that is sent as it is.
type raw string

func write(w http.ResponseWriter, r *http.Request, a answer, f *Fault) {
	kind, body := "application/json", ""
	switch content := a.content.(type) {
	case nil:
	case raw:
		body = string(content)
	default:
		encoded, err := json.Marshal(content)
		if err != nil {
			panic("bamboohrtest: " + err.Error())
		}
		body = string(encoded)
	}
	if a.xml != "" && !strings.Contains(r.Header.Get("Accept"), "json") {
		kind, body = "text/xml", a.xml
	}
	w.Header().Set("Content-Type", kind)
	for name, value := range a.header {
		w.Header().Set(name, value)
	}
	if f != nil && f.RetryAfter != "" {
		w.Header().Set("Retry-After", f.RetryAfter)
	}
	if f == nil || !f.Cut {
		w.WriteHeader(a.status)
		_, _ = w.Write([]byte(body)) // whoever asked may have gone
		return
	}
	w.Header().Set("Content-Length", "65536")
	w.WriteHeader(a.status)
	_, _ = w.Write([]byte(body))
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

// asXML is an employee as those get it who do not ask for JSON.
func asXML(id string, fields map[string]any) string {
	var b bytes.Buffer
	fmt.Fprintf(&b, "<?xml version=\"1.0\"?>\n<employee id=\"%s\">", id)
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		fmt.Fprintf(&b, "<field id=\"%s\">", name)
		_ = xml.EscapeText(&b, fmt.Append(nil, fields[name])) // it goes to memory, which does not fail
		b.WriteString("</field>")
	}
	b.WriteString("</employee>")
	return b.String()
}

package learnupontest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// call is a request to the API, with its body taken apart.
type call struct {
	*http.Request
	fields map[string]any // of the body, or of its wrapper
	bare   map[string]any // the body as it came
}

// answer is what the API says.
type answer struct {
	status int
	body   any
	header http.Header
	html   bool
}

func ok(body any) answer { return answer{status: http.StatusOK, body: body} }

func made(id int64) answer { return ok(map[string]any{"id": id}) }

func done() answer { return ok(map[string]any{"success": "ok"}) }

func refuse(status int, message string) answer {
	return answer{status: status, body: map[string]any{
		"response_type": "ERROR", "response_code": status, "message": message,
	}}
}

func noSuch(what string) answer { return refuse(http.StatusNotFound, what+" not found") }

// noRoute is what a route that does not exist gets: a page.
func noRoute() answer {
	return answer{status: http.StatusNotFound, html: true,
		body: "<!DOCTYPE html><html><head><title>404</title></head><body><h1>Page not found</h1></body></html>"}
}

const badJSON = "There was a problem in the JSON you submitted."

// object is JSON whose keys keep their order.
type object []pair

type pair struct {
	key   string
	value any
}

func (o object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, p := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		value, err := json.Marshal(p.value)
		if err != nil {
			return nil, err
		}
		b.WriteString(strconv.Quote(p.key) + ":")
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// page cuts a list to the page asked for and sets the headers that belong to it.
func (s *Server) page(c *call, key string, records []any, before ...pair) answer {
	size := s.options.PageSize
	number, err := strconv.Atoi(c.URL.Query().Get("page"))
	if err != nil || number < 1 {
		number = 1
	}
	from, to := min((number-1)*size, len(records)), min(number*size, len(records))
	shown := make([]any, 0, to-from)
	shown = append(shown, records[from:to]...)
	return answer{
		status: http.StatusOK, body: append(object(before), pair{key, shown}),
		header: http.Header{
			"Lu-Current-Page":     {strconv.Itoa(number)},
			"Lu-Records-Per-Page": {strconv.Itoa(size)},
			"Lu-Has-Next-Page":    {strconv.FormatBool(to < len(records))},
		},
	}
}

// handle serves an API route. The handler runs under the realm's lock. wrapper is the key the body must be wrapped in;
// "" for a flat body or none.
func (s *Server) handle(method, route, wrapper string, handler func(*call) answer) {
	s.api.HandleFunc(method+" "+apiRoot+route, func(w http.ResponseWriter, r *http.Request) {
		c, refused := s.open(r, wrapper)
		if refused != nil {
			reply(w, *refused)
			return
		}
		var a answer
		serve := func() { a = handler(c) }
		if method == http.MethodGet {
			s.realm.mu.Lock()
			serve()
			s.realm.mu.Unlock()
		} else {
			s.change(serve)
		}
		reply(w, a)
	})
}

// open reads a request's body as strictly as the vendor does.
func (s *Server) open(r *http.Request, wrapper string) (*call, *answer) {
	c := &call{Request: r, fields: map[string]any{}, bare: map[string]any{}}
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	declared := strings.HasPrefix(r.Header.Get("Content-Type"), "application/json")
	bad := answer{status: http.StatusBadRequest, body: map[string]any{"error": badJSON}}
	switch {
	case err != nil:
		return nil, &bad
	case len(body) == 0 && declared && !s.options.Lenient:
		return nil, &bad
	case len(body) > 0:
		decoder := json.NewDecoder(bytes.NewReader(body))
		decoder.UseNumber()
		if decoder.Decode(&c.bare) != nil {
			return nil, &bad
		}
	}
	if wrapper == "" {
		c.fields = c.bare
		return c, nil
	}
	inner, wrapped := c.bare[wrapper].(map[string]any)
	if !wrapped && s.options.Lenient {
		inner, wrapped = c.bare[strings.ToLower(wrapper)].(map[string]any)
	}
	if !wrapped {
		refused := refuse(http.StatusNotFound, "Invalid "+strings.ToLower(wrapper)+" parameters provided")
		return nil, &refused
	}
	c.fields = inner
	return c, nil
}

func reply(w http.ResponseWriter, a answer) {
	for name, values := range a.header {
		w.Header()[name] = values
	}
	if text, isText := a.body.(string); isText || a.html {
		kind := "text/plain; charset=utf-8"
		if a.html {
			kind = "text/html; charset=utf-8"
		}
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(a.status)
		io.WriteString(w, text)
		return
	}
	body, err := json.Marshal(a.body)
	if err != nil {
		panic("learnupontest: " + err.Error())
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(a.status)
	w.Write(body)
}

// has reports whether a field was sent at all.
func (c *call) has(name string) bool { _, there := c.fields[name]; return there }

// text is a field as text: a string, or a number or boolean in its usual form.
func (c *call) text(name string) string {
	switch value := c.fields[name].(type) {
	case string:
		return strings.TrimSpace(value)
	case json.Number:
		return value.String()
	case bool:
		return strconv.FormatBool(value)
	default:
		return ""
	}
}

func (c *call) number(name string) int64 {
	n, _ := strconv.ParseInt(c.text(name), 10, 64)
	return n
}

// pathID is the {id} of the route; 0 where it is none.
func (c *call) pathID() int64 {
	n, _ := strconv.ParseInt(c.PathValue("id"), 10, 64)
	return n
}

func (c *call) query(name string) string { return c.URL.Query().Get(name) }

func (c *call) queryID(name string) int64 {
	n, _ := strconv.ParseInt(c.query(name), 10, 64)
	return n
}

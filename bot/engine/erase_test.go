package engine_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"registrar/bot/engine"
)

// fill gives everything in v a value, every text the path that leads to it.
func fill(v reflect.Value, path string) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(path)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(7)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), path)
	case reflect.Map:
		v.Set(reflect.ValueOf(map[string]string{path: path}))
	case reflect.Slice:
		if v.Type() == reflect.TypeFor[json.RawMessage]() {
			raw, _ := json.Marshal(path)
			v.SetBytes(raw)
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), path)
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Unix(1, 0).UTC()))
			return
		}
		for field := range v.Type().Fields() {
			fill(v.FieldByIndex(field.Index), path+"."+field.Name)
		}
	}
}

// texts are all texts in a record.
func texts(v any) []string {
	var out []string
	switch v := v.(type) {
	case string:
		out = append(out, v)
	case []any:
		for _, e := range v {
			out = append(out, texts(e)...)
		}
	case map[string]any:
		for _, e := range v {
			out = append(out, texts(e)...)
		}
	}
	return out
}

// Whoever adds a field to a run decides here whether it outlives the person.
func TestErasedRunHoldsNothingPersonal(t *testing.T) {
	r := new(engine.Run)
	fill(reflect.ValueOf(r).Elem(), "Run")
	r.Erased = time.Time{}
	for _, status := range engine.Statuses() {
		open := *r
		open.Status = status
		if !status.Closed() && (open.Erase(time.Now(), "gone") || open.Reason == "") {
			t.Errorf("a run that is %s was erased", status)
		}
	}
	r.Status = engine.Succeeded
	at := time.Unix(9, 0).UTC()
	if !r.Erase(at, "gone") || r.Erase(at, "again") {
		t.Error("a closed run is erased once")
	}
	raw, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var record any
	if err := json.Unmarshal(raw, &record); err != nil {
		t.Fatal(err)
	}
	left := slices.DeleteFunc(texts(record), func(s string) bool { return len(s) < 4 || s[:4] != "Run." })
	slices.Sort(left)
	if diff := cmp.Diff([]string{
		"Run.Action", "Run.Decisions.By.Email", "Run.Decisions.By.ID", "Run.Decisions.By.Name", "Run.Decisions.Hash", "Run.Decisions.MAC",
		"Run.Hash", "Run.ID", "Run.Opened.By", "Run.Plan.Action", "Run.Plan.Approval.From", "Run.Plan.Approval.Why", "Run.Plan.Steps.ID",
		"Run.Plan.Steps.System", "Run.Plan.Title", "Run.Requester.Email", "Run.Requester.ID", "Run.Requester.Name",
		"Run.Steps.By.Email", "Run.Steps.By.ID", "Run.Steps.By.Name", "Run.Steps.ID", "Run.Steps.Status",
	}, left); diff != "" {
		t.Errorf("what is left (-want +got):\n%s", diff)
	}
	if len(r.Steps) != len(r.Plan.Steps) || r.Plan.Steps[0].Ask == nil || engine.Sentence(r) == "" {
		t.Errorf("%+v", r)
	}
}

func TestPeopleOfARun(t *testing.T) {
	r := new(engine.Run)
	fill(reflect.ValueOf(r).Elem(), "Run")
	for _, p := range r.People() {
		p.Name, p.Email = "", ""
	}
	if r.Requester.Email+r.Decisions[0].By.Name+r.Steps[0].By.Email != "" || r.Requester.ID == "" {
		t.Errorf("%+v", r)
	}
}

package bench

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"registrar/integrations/learnupon/learnupontest"
	"registrar/integrations/salesforce/salesforcetest"
)

const pageSize = 500 // of LearnUpon, and of what is asked of Salesforce at a time

// canned answers for a portal and an org with so many people as the fakes would,
// and fast: each record is a copy of one that a fake made, with its own numbers
// and address.
type canned struct {
	t      *testing.T
	people int
	user   string // a record of the portal
	pages  int    // asked for

	mu      sync.Mutex
	contact string // a record of the org, once somebody has asked for one
}

// What is replaced in the records.
const (
	anEmail  = "somebody@bench.example"
	aNumber  = 424242
	pageURL  = "/api/v1/users"
	queryURL = "/query"
)

func newCanned(t *testing.T, people int) *canned {
	portal := learnupontest.New(learnupontest.Options{})
	defer portal.Close()
	id := portal.AddUser(learnupontest.User{Email: anEmail, FirstName: "Ada", LastName: "Byron", SignIns: 12, FromSalesforce: true,
		CustomData: map[string]string{"Region": "East", "Role": "Advisor"}})
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, portal.URL+pageURL+"?version_id=1.2", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.SetBasicAuth(portal.Username(), portal.Password())
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var list struct {
		User []json.RawMessage `json:"user"`
	}
	if err := json.NewDecoder(answer.Body).Decode(&list); err != nil || len(list.User) != 1 {
		t.Fatalf("%d records of one account: %v", len(list.User), err)
	}
	return &canned{t: t, people: people, user: strings.ReplaceAll(string(list.User[0]), strconv.FormatInt(id, 10), strconv.Itoa(aNumber))}
}

// portal answers for the list of accounts; the fake does for the rest.
func (c *canned) portal(w http.ResponseWriter, r *http.Request, next http.Handler) {
	if r.URL.Path != pageURL {
		next.ServeHTTP(w, r)
		return
	}
	c.mu.Lock()
	c.pages++
	c.mu.Unlock()
	page, _ := strconv.Atoi(r.URL.Query().Get("page")) // 0 is as wrong as no number
	first, last := (page-1)*pageSize, min(page*pageSize, c.people)
	w.Header().Set("LU-Has-Next-Page", strconv.FormatBool(last < c.people))
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprint(w, `{"customDataFieldDefintions":[],"user":[`)
	for i := first; i < last; i++ {
		comma(w, i > first)
		fmt.Fprint(w, strings.NewReplacer(strconv.Itoa(aNumber), strconv.Itoa(1_000_000+i), anEmail, email(i)).Replace(c.user))
	}
	fmt.Fprint(w, `]}`)
}

var after = regexp.MustCompile(`Id > '003(\d{12})`)

// org answers for the list of contacts, and gives the same pages by number to
// who merely decodes them.
func (c *canned) org(w http.ResponseWriter, r *http.Request, next http.Handler) {
	if r.URL.Path == "/canned" {
		page, _ := strconv.Atoi(r.URL.Query().Get("page"))
		c.contacts(w, page*pageSize)
		return
	}
	q := r.URL.Query().Get("q")
	if !strings.HasSuffix(r.URL.Path, queryURL) || !strings.Contains(q, " FROM Contact") {
		next.ServeHTTP(w, r)
		return
	}
	c.learn(r, q, next)
	first := 0
	if m := after.FindStringSubmatch(q); m != nil {
		last, _ := strconv.Atoi(m[1])
		first = last + 1
	}
	c.contacts(w, first)
}

// learn asks the fake for one record of the columns that the program wants.
func (c *canned) learn(r *http.Request, q string, next http.Handler) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.contact != "" {
		return
	}
	one := r.Clone(r.Context())
	columns, _, _ := strings.Cut(q, " FROM ")
	one.URL.RawQuery = url.Values{"q": {columns + " FROM Contact WHERE Email = '" + anEmail + "'"}}.Encode()
	answer := httptest.NewRecorder()
	next.ServeHTTP(answer, one)
	var list struct {
		Records []struct{ ID string }
	}
	var raw struct{ Records []json.RawMessage }
	if json.Unmarshal(answer.Body.Bytes(), &list) != nil || json.Unmarshal(answer.Body.Bytes(), &raw) != nil || len(list.Records) != 1 {
		c.t.Errorf("no contact to copy in %s", answer.Body)
		return
	}
	c.contact = strings.ReplaceAll(string(raw.Records[0]), list.Records[0].ID, "CONTACT")
}

// known adds the contact of which all others are copies.
func known(org *salesforcetest.Server) {
	account := org.AddAccount(salesforcetest.Account{Name: "Bench College"})
	org.AddContact(salesforcetest.Contact{FirstName: "Ada", LastName: "Byron", Email: anEmail, AccountID: account, LearnUponID: strconv.Itoa(aNumber), Create: true})
}

func (c *canned) contacts(w http.ResponseWriter, first int) {
	c.mu.Lock()
	record := c.contact
	c.mu.Unlock()
	last := min(first+pageSize, c.people)
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, `{"totalSize":%d,"done":true,"records":[`, last-first)
	for i := first; i < last; i++ {
		comma(w, i > first)
		address := email(i)
		if i%100 == 0 {
			address = "old." + address
		}
		fmt.Fprint(w, strings.NewReplacer("CONTACT", fmt.Sprintf("003%012dAAA", i), strconv.Itoa(aNumber), strconv.Itoa(1_000_000+i), anEmail, address).Replace(record))
	}
	fmt.Fprint(w, `]}`)
}

func comma(w http.ResponseWriter, needed bool) {
	if needed {
		fmt.Fprint(w, ",")
	}
}

func email(i int) string { return fmt.Sprintf("person%06d@bench.example", i) }

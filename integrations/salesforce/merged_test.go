package salesforce_test

import (
	"slices"
	"testing"

	"registrar/integrations/salesforce"
	"registrar/integrations/salesforce/salesforcetest"
)

// Every contact of a chain of merges is found from its end; one that was only
// deleted, and one merged into somebody else, are not.
func TestMergedInto(t *testing.T) {
	server, client := org(t, salesforcetest.Options{})
	var ids []string
	for range 6 {
		ids = append(ids, server.AddContact(salesforcetest.Contact{LastName: "Byron"}))
	}
	server.Merge(ids[1], ids[0])
	server.Merge(ids[2], ids[1], ids[3])
	server.Merge(ids[5], ids[4])
	server.Delete(server.AddContact(salesforcetest.Contact{LastName: "Byron"}))
	found, err := client.MergedInto(t.Context(), id(t, ids[2]))
	slices.Sort(found)
	want := []salesforce.ID{id(t, ids[0]), id(t, ids[1]), id(t, ids[3])}
	slices.Sort(want)
	if err != nil || !slices.Equal(found, want) {
		t.Errorf("%v, %v; want %v", found, err, want)
	}
	if found, err := client.MergedInto(t.Context(), id(t, ids[0])); err != nil || len(found) > 0 {
		t.Errorf("%v, %v; nothing was merged into it", found, err)
	}
}

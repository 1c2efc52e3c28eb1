package salesforce_test

import (
	"testing"
	"time"

	"registrar/integrations/salesforce"
	"registrar/integrations/salesforce/salesforcetest"
)

func TestCallLogsOf(t *testing.T) {
	server, client := org(t, salesforcetest.Options{})
	lee := server.AddContact(salesforcetest.Contact{LastName: "Lee", Email: "lee@x.edu"})
	other := server.AddContact(salesforcetest.Contact{LastName: "Other"})
	for _, row := range []salesforcetest.CallLog{
		{ContactID: lee, Response: "Success", CreatedAt: logged.Add(-time.Second)}, {ContactID: lee, Response: "no licenses left", CreatedAt: logged},
		{ContactID: other, Response: "Success", CreatedAt: logged}, {ContactID: lee, Response: salesforce.TakenAddress, CreatedAt: logged.Add(time.Second)},
	} {
		server.SeedCallLog(row)
	}
	id, err := salesforce.ParseID(lee)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := client.CallLogsOf(t.Context(), id, logged)
	if err != nil || len(rows) != 2 || rows[0].Message != "no licenses left" || rows[1].Message != salesforce.TakenAddress {
		t.Errorf("%+v, %v", rows, err)
	}
}

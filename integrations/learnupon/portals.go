package learnupon

import "context"

// Portal is one portal of the realm, with its seats.
type Portal struct {
	ID                ID     `json:"id"`
	Title             string `json:"title"`
	Subdomain         string `json:"subdomain"`
	Members           Int    `json:"number_of_members"`
	LicensesPurchased Int    `json:"number_licenses_purchased"`
	LicensesUsed      Int    `json:"number_licenses_used"`
}

// Portals returns the portals these keys can see. As the cheapest read there is, it also shows that the keys work.
func (c *Client) Portals(ctx context.Context) ([]Portal, error) {
	return all(pages[Portal](ctx, c.api, get("/portals", nil), "portals"), func(Portal) bool { return true })
}

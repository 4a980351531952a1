package web

// pagesToVisit has an address of each page, by a short name.
func pagesToVisit() map[string]string {
	return map[string]string{
		"overview":   "/",
		"servers":    "/servers",
		"people":     "/people",
		"logs":       "/logs",
		"routes":     "/queues",
		"mail":       "/queues/mail?route=example.org",
		"item":       "/queues/item?id=m004-1",
		"tracking":   "/tracking?sender=cara",
		"path":       "/tracking/path?message=m001",
		"accounts":   "/accounts",
		"new":        "/accounts/new",
		"account":    "/accounts/edit?name=cara@office.example",
		"groups":     "/groups",
		"group":      "/groups/edit?address=sales@office.example",
		"newsgroups": "/newsgroups",
		"newsgroup":  "/newsgroups/edit?name=office.announce",
		"about":      "/about",
	}
}

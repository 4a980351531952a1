// Package web is the administration of a postoffice in a browser. What it shows and does is what package manage says; it
// is HTML made here, and works without its script, which only keeps pages up to date.
//
//	site := &web.Site{
//		Accounts:      accounts, // a nil one hides its page
//		Mail:          mail,
//		Logs:          book,
//		Auth:          &auth.Authenticator{Accounts: users, Guard: guard},
//		MayAdminister: func(name string) bool { return name == "ann" },
//		Hosts:         []string{"admin.example.org"},
//	}
//	server := &http.Server{Addr: "127.0.0.1:2081", Handler: site}
//
// Who has logged in has a cookie with 256 random bits (HttpOnly, SameSite=Strict, and Secure under TLS). Requests that
// change something come by POST, and from this site's own pages only. Pages load nothing from elsewhere and allow no
// script but their own (Content-Security-Policy). The site answers to loopback names and those in Hosts only, so that no
// other site's name can be made to point here (DNS rebinding). All text is escaped where it stands, and characters that
// would turn or hide text around them are replaced.
//
// The files:
//
//	site.go        Site
//	pages.go       THE TABLE of pages
//	visit.go       one request of an administrator; outcome.go: what comes of an action
//	protect.go     hosts, headers, limits
//	login.go session.go  who is there
//	render.go text.go number.go  from values to HTML
//	list.go        pages of long lists
//	overview.go servers.go people.go logs.go levels.go about.go  one page each
//	routes.go mail.go item.go selection.go  mail that waits
//	tracking.go    what became of messages
//	accounts.go account.go account_change.go  accounts
//	groups.go newsgroups.go  a list and its form each
//	assets.go      style, script, icon
package web

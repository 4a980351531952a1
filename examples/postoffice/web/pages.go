package web

// A page is one address, and what is there.
type page struct {
	path     string
	title    string
	template string
	section  string // of the navigation; empty for pages that others lead to
	live     bool   // it keeps itself up to date
	has      func(*Site) bool
	show     func(*visit) (any, error)
	act      func(*visit) (outcome, error) // what is posted; nil for pages that only show
}

// pages lists all of them, those of the navigation in its order.
func pages() []page {
	mail := func(s *Site) bool { return s.Mail != nil }
	accounts := func(s *Site) bool { return s.Accounts != nil }
	lists := func(s *Site) bool { return s.Lists != nil }
	groups := func(s *Site) bool { return s.Groups != nil }
	tracking := func(s *Site) bool { return s.Tracking != nil }
	return []page{
		{"/", "Overview", "overview", "Status", true, nil, overview, nil},
		{"/servers", "Servers", "servers", "Status", true, func(s *Site) bool { return s.Servers != nil }, showServers, actServers},
		{"/people", "People online", "people", "Status", true, func(s *Site) bool { return s.People != nil }, people, nil},
		{"/logs", "Logs", "logs", "Status", true, func(s *Site) bool { return s.Logs != nil }, showLogs, actLogs},
		{"/queues", "Queues", "routes", "Mail", true, mail, showRoutes, actRoutes},
		{"/queues/mail", "Waiting mail", "mail", "", true, mail, showMail, actMail},
		{"/queues/item", "Waiting message", "item", "", false, mail, showItem, actItem},
		{"/tracking", "Message tracking", "tracking", "Mail", false, tracking, search, nil},
		{"/tracking/path", "Path of a message", "path", "", false, tracking, showPath, nil},
		{"/accounts", "Accounts", "accounts", "Directory", false, accounts, showAccounts, nil},
		{"/accounts/new", "Add an account", "account_new", "", false, accounts, showNewAccount, addAccount},
		{"/accounts/edit", "Account", "account", "", false, accounts, showAccount, changeAccount},
		{"/groups", "Groups and aliases", "groups", "Directory", false, lists, showGroups, nil},
		{"/groups/edit", "Group or alias", "group", "", false, lists, showGroup, setGroup},
		{"/newsgroups", "Newsgroups", "newsgroups", "Directory", false, groups, showNewsgroups, nil},
		{"/newsgroups/edit", "Newsgroup", "newsgroup", "", false, groups, showNewsgroup, setNewsgroup},
		{"/about", "About", "about", "This site", false, nil, about, nil},
	}
}

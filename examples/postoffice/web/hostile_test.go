package web

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"github.com/wirepost/wirepost/examples/postoffice/manage"
	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/smtp"
)

// evil is what a peer may have us show: it ends attributes and elements, turns the text around, and is no UTF-8 at its end.
const evil = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>\u202egpj.exe\u2066\x00\x1b[2J\x85\xff javascript:alert(3) {{.}}"

// hostileOffice has evil wherever there is text.
func hostileOffice() *office {
	o := newOffice()
	for i := range o.users {
		u := &o.users[i]
		u.Addresses, u.Profile, u.Without = []string{evil}, manage.Profile{Display: evil, Given: evil, Surname: evil, Phone: evil}, []string{evil}
	}
	o.users = append(o.users, manage.User{Name: evil})
	for i := range o.lists {
		l := &o.lists[i]
		l.Display, l.Members, l.Owner, l.Senders = evil, []string{evil, evil}, evil, []string{evil}
	}
	o.lists = append(o.lists, manage.MailList{Address: evil})
	o.groups[1].Description, o.groups[1].Moderator = evil, evil
	o.groups = append(o.groups, manage.Newsgroup{Name: evil, Status: evil})
	o.servers = append(o.servers, manage.Server{Name: evil, Protocol: evil, Addresses: []string{evil}, TLS: []string{evil}, State: evil, Error: evil})
	o.routes = append(o.routes, queue.RouteState{RouteStats: queue.RouteStats{Route: evil, Waiting: 1, Held: 1}, Down: evil})
	for i := range o.mail {
		m := &o.mail[i]
		m.Message, m.From, m.To, m.Last, m.State = evil, evil, []string{evil, evil}, evil, evil
	}
	o.people = append(o.people, manage.Person{User: evil, Protocol: evil, Server: evil, Remote: evil, State: evil})
	path := smtp.Path{Local: evil, Domain: evil}
	for i := range o.events {
		e := &o.events[i]
		e.Kind, e.Sender, e.Remote, e.Route, e.Reply.Text, e.Item, e.Source = evil, path, evil, evil, evil, evil, evil
		e.To = []queue.Recipient{{RcptParams: smtp.RcptParams{Path: path}}}
	}
	return o
}

// TestHostile has every page show evil, and looks for what it would do.
func TestHostile(t *testing.T) {
	site := newSite(t, hostileOffice())
	site.Logs.Server("smtp", evil).Error(evil, "key", evil)
	c := newClient(t, site)
	c.login("ann@office.example")
	addresses := pagesToVisit()
	for name, path := range map[string]string{
		"filtered": "/accounts?q=", "mail for": "/queues/mail?sender=", "search": "/tracking?message=", "people": "/people?q=", "log": "/logs?text=",
	} {
		addresses[name+" evil"] = path + form("", evil).Encode()[1:]
	}
	shown := 0
	for name, address := range addresses {
		_, page := c.get(address)
		checkTame(t, name, page)
		if strings.Contains(page, "&lt;script&gt;alert(1)") {
			shown++
		}
	}
	require.GreaterOrEqual(t, shown, 18, "evil was there to be escaped")
	_, _, page := c.post("/queues", "route", evil, "action", "drop")
	checkTame(t, "question", page)
}

// checkTame checks that a page has no script but its own, no handlers, no addresses elsewhere and no invisible text.
func checkTame(t *testing.T, name, page string) {
	t.Helper()
	if i := strings.IndexFunc(page, hides); i >= 0 {
		require.Failf(t, "it hides", "%s has %q", name, page[i:min(i+10, len(page))])
	}
	require.NotContains(t, page, "ZgotmplZ", name)
	for n := range parse(t, page).Descendants() {
		if n.Type == html.ElementNode && !tame(n) {
			require.Failf(t, "it is not tame", "%s has %s %v", name, n.Data, n.Attr)
		}
	}
}

// tame reports whether an element is one that we have written.
func tame(n *html.Node) bool {
	if n.Data == "style" || n.Data == "script" && n.FirstChild != nil {
		return false
	}
	for _, a := range n.Attr {
		here := strings.HasPrefix(a.Val, "/") && !strings.HasPrefix(a.Val, "//") || a.Val == "#main"
		leads := a.Key == "href" || a.Key == "src" || a.Key == "action"
		if strings.HasPrefix(a.Key, "on") || a.Key == "style" || leads && !here {
			return false
		}
	}
	return true
}

func parse(t *testing.T, page string) *html.Node {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(page))
	require.NoError(t, err)
	return doc
}

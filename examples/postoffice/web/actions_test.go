package web

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"
)

// An action is a form, and what is to come of it.
type action struct {
	path   string
	fields []string
	did    string // what is done; if nothing, the page says why:
	says   string
	asks   bool // a question is asked before
}

func actions() map[string]action {
	const (
		ann, cara = "/accounts/edit?name=ann@office.example", "/accounts/edit?name=cara@office.example"
		sales     = "/groups/edit?address=sales@office.example"
		talk      = "/newsgroups/edit?name=office.talk"
	)
	f := func(s ...string) []string { return s }
	return map[string]action{
		"server stop":   {"/servers", f("name", "transfer", "action", "stop"), "stop transfer", "Server transfer was stopped.", true},
		"server start":  {"/servers", f("name", "pop", "action", "start"), "start pop", "Server pop was started.", false},
		"server resume": {"/servers", f("name", "news", "action", "resume"), "resume news", "goes on", false},
		"server burn":   {"/servers", f("name", "news", "action", "burn"), "", "There is no action &#34;burn&#34;", false},
		"reload":        {"/servers", f("action", "reload"), "reload", "The configuration was read again.", false},

		"route retry":  {"/queues", f("route", "example.org", "action", "retry"), "retry id= route=example.org state=any sender=", "1 message of the route example.org", false},
		"route drop":   {"/queues", f("route", "example.org", "action", "drop"), "drop id= route=example.org state=any sender=", "Dropped: 1 message", true},
		"routes hold":  {"/queues", f("all", "yes", "action", "hold"), "hold id= route= state=any sender=", "of all routes", true},
		"route none":   {"/queues", f("action", "hold"), "", "Nothing was named", false},
		"route both":   {"/queues", f("all", "yes", "route", "x", "action", "hold"), "", "A route and all routes", false},
		"route wrong":  {"/queues", f("route", "x", "action", "burn"), "", "There is no action", false},
		"route absent": {"/queues", f("route", "x"), "", "No action was chosen", false},

		"mail hold":       {"/queues/mail?route=example.org", f("action", "hold", "scope", "selected", "id", "m000-1"), "hold id=m000-1 route= state=any sender=", "Held: 1 message.", false},
		"mail return why": {"/queues/mail", f("action", "return", "id", "m000-1", "reason", "wrong address"), "return id=m000-1 route= state=any sender= for wrong address", "To be returned: 1 message.", true},
		"mail return":     {"/queues/mail", f("action", "return", "id", "m000-1"), "return id=m000-1 route= state=any sender=", "To be returned: 1 message.", true},
		"mail none":       {"/queues/mail", f("action", "return", "scope", "selected"), "", "No message was selected", false},
		"mail empty":      {"/queues/mail", f("action", "hold", "id", ""), "", "Nothing was changed", false},
		"mail all":        {"/queues/mail?route=example.org&state=held&sender=a@b", f("action", "release", "scope", "all"), "release id= route=example.org state=held sender=a@b", "Released: 1 message.", true},
		"mail filter":     {"/queues/mail?state=odd", f("action", "release", "scope", "all", "confirmed", "yes"), "", "There is no state", false},
		"item retry":      {"/queues/item?id=m000-1", f("action", "retry"), "retry id=m000-1 route= state=any sender=", "To be tried at once", false},
		"item drop":       {"/queues/item?id=m000-1", f("action", "drop"), "drop id=m000-1 route= state=any sender=", "Dropped", true},
		"item none":       {"/queues/item", f("action", "drop", "confirmed", "yes"), "", "Nothing was changed", false},

		"account add":      {"/accounts/new", f("name", "eve", "display", "Eve", "addresses", "eve@office.example, e@office.example", "password", "x", "again", "x"), "add eve [eve@office.example e@office.example] Eve", "Account eve was added.", false},
		"account twice":    {"/accounts/new", f("name", "dan", "password", "x", "again", "x"), "", "There is an account dan already", false},
		"account typo":     {"/accounts/new", f("name", "eve", "password", "x", "again", "y"), "", "not the same", false},
		"account bare":     {"/accounts/new", f("name", "eve"), "", "There is no password", false},
		"account profile":  {cara, f("part", "profile", "display", " Cara ", "addresses", "cara@office.example"), "profile cara@office.example {Cara   }", "Changed the profile", false},
		"account address":  {cara, f("part", "profile", "addresses", "c@office.example\r\ncara@office.example"), "addresses cara@office.example [c@office.example cara@office.example]", "Changed the profile", false},
		"account homeless": {cara, f("part", "profile", "addresses", " "), "", "There is no address", false},
		"account services": {cara, f("part", "services", "service", "im", "service", "http", "service", "telnet"), "without cara@office.example [pop3 imap4 nntp ldap submission]", "Changed the services", false},
		"account quota":    {cara, f("part", "quota", "warn", "500 MB", "nosend", "", "noreceive", "None"), "quota cara@office.example {500000000 0 -1}", "Changed the quota", false},
		"account quote":    {cara, f("part", "quota", "warn", "much"), "", "Warning: &#34;much&#34; is not a size", false},
		"account password": {cara, f("part", "password", "password", "new", "again", "new"), "password cara@office.example", "Changed the password", false},
		"account disable":  {cara, f("part", "disable"), "disabled cara@office.example true", "Disabled the account", false},
		"account enable":   {"/accounts/edit?name=bob@office.example", f("part", "enable"), "disabled bob@office.example false", "Enabled the account", false},
		"account remove":   {cara, f("part", "remove"), "remove cara@office.example", "was removed with its mail", true},
		"account suicide":  {ann, f("part", "remove", "confirmed", "yes"), "", "This is your own account", false},
		"account lockout":  {ann, f("part", "disable"), "", "This is your own account", false},
		"account odd":      {cara, f("part", "burn"), "", "There is no form", false},

		"group add":    {"/groups/edit", f("part", "set", "address", "all@office.example", "members", "a@b\nc@d", "hidden", "yes"), "list {Address:all@office.example Display: Members:[a@b c@d] Owner: Senders:[] Hidden:true Force:false Alias:false}", "was added", false},
		"group twice":  {"/groups/edit", f("address", "SALES@office.example"), "", "There is a group SALES@office.example already", false},
		"group none":   {"/groups/edit", f("display", "x"), "", "There is no address", false},
		"group set":    {sales, f("part", "set", "address", "other@office.example", "members", "a@b", "alias", "yes", "owner", "o@b", "senders", "b"), "list {Address:sales@office.example Display: Members:[a@b] Owner:o@b Senders:[b] Hidden:false Force:false Alias:true}", "was changed", false},
		"group remove": {sales, f("part", "remove"), "no list sales@office.example", "was removed", true},

		"newsgroup add":    {"/newsgroups/edit", f("name", "office.new", "status", "y"), "group {Name:office.new Status:y Description: Moderator: Articles:0}", "was added", false},
		"newsgroup twice":  {"/newsgroups/edit", f("name", "office.talk", "status", "y"), "", "of that name already", false},
		"newsgroup wrong":  {"/newsgroups/edit", f("name", "no good", "status", "y"), "", "Newsgroup &#34;no good&#34;", false},
		"newsgroup set":    {talk, f("name", "other", "status", "m", "moderator", "ann@office.example"), "group {Name:office.talk Status:m Description: Moderator:ann@office.example Articles:0}", "was changed", false},
		"newsgroup lost":   {talk, f("status", "m"), "", "those with status m have a moderator", false},
		"newsgroup remove": {talk, f("part", "remove"), "no group office.talk", "was removed", true},
	}
}

func TestActions(t *testing.T) {
	for name, a := range actions() {
		t.Run(name, func(t *testing.T) {
			o := newOffice()
			c := loggedIn(t, o)
			code, location, text := c.post(a.path, a.fields...)
			if a.asks {
				require.Equal(t, http.StatusOK, code, text)
				require.Contains(t, text, `name="confirmed" value="yes"`)
				require.Empty(t, o.done(), "asked first")
				a.fields = append(a.fields, "confirmed", "yes")
				code, location, text = c.post(a.path, a.fields...)
			}
			if a.did == "" {
				require.Equal(t, http.StatusUnprocessableEntity, code, text)
				require.Contains(t, text, a.says)
				require.Contains(t, text, `role="alert"`)
				require.Empty(t, o.done())
				return
			}
			require.Equal(t, http.StatusSeeOther, code, text)
			require.Equal(t, []string{a.did}, o.done())
			_, page := c.get(location)
			require.Contains(t, page, a.says)
			require.Contains(t, page, `role="status"`)
		})
	}
}

// TestActionsFail checks that what the office refuses is said on the page that it was asked from.
func TestActionsFail(t *testing.T) {
	for name, a := range actions() {
		if a.did == "" {
			continue
		}
		o := newOffice()
		c := loggedIn(t, o)
		o.broken = errFake
		code, _, text := c.post(a.path, append(a.fields, "confirmed", "yes")...)
		require.Equal(t, http.StatusUnprocessableEntity, code, name)
		require.Contains(t, text, "be reached: start it.", name)
		require.NotContains(t, text, "<b>cannot", name)
	}
}

// TestQuestion checks that the question repeats what was posted.
func TestQuestion(t *testing.T) {
	c := loggedIn(t, newOffice())
	_, _, page := c.post("/queues/mail?route=a%22b", "action", "drop", "id", "m000-1", "id", `m"1`)
	for _, text := range []string{
		"Drop 2 messages?", `action="/queues/mail?route=a%22b"`, `name="id" value="m000-1"`, `name="id" value="m&#34;1"`,
		`name="action" value="drop"`, `href="/queues/mail?route=a%22b"`,
	} {
		require.Contains(t, page, text)
	}
}

// TestTyped checks that a form that was refused comes back as it was filled in, but for passwords.
func TestTyped(t *testing.T) {
	c := loggedIn(t, newOffice())
	_, _, page := c.post("/accounts/new", "name", "eve", "display", "Eve <3", "addresses", "eve@here", "password", "secret-1", "again", "secret-2")
	for _, text := range []string{`value="eve"`, `value="Eve &lt;3"`, ">eve@here</textarea>"} {
		require.Contains(t, page, text)
	}
	require.NotContains(t, page, "secret-")
	_, _, page = c.post("/newsgroups/edit", "name", "a..b", "status", "n", "description", "d", "moderator", "m@m")
	for _, text := range []string{`value="a..b"`, `<option value="n" selected>`, `value="m@m"`} {
		require.Contains(t, page, text)
	}
}

func TestLevels(t *testing.T) {
	site := newSite(t, newOffice())
	require.NoError(t, site.Logs.SetLevels("warn,smtp/transfer=debug,queue=error+2"))
	c := newClient(t, site)
	c.login("ann@office.example")
	_, page := c.get("/logs")
	require.Contains(t, page, `name="level-smtp/transfer"`)
	require.Contains(t, page, `<option selected>error&#43;2</option>`)
	code, location, text := c.post("/logs?category=queue", "level-", "info", "level-smtp/transfer", "", "level-nntp", "debug", "level-queue", "error+2", "level-none", "debug")
	require.Equal(t, http.StatusSeeOther, code, text)
	require.Equal(t, "/logs?category=queue", location)
	require.Equal(t, "info,nntp=debug,queue=error+2", site.Logs.Levels())
	for _, fields := range []url.Values{form("level-", ""), form("level-queue", "loud"), form("level-queue", "debug,smtp=debug")} {
		res := c.do(newPost("/logs", fields))
		require.Equal(t, http.StatusUnprocessableEntity, res.StatusCode)
		require.Contains(t, body(t, res), "There is no such level")
	}
	require.Equal(t, "info,nntp=debug,queue=error+2", site.Logs.Levels())
	_, location, _ = c.post("/logs", "level-nntp", "debug")
	_, page = c.get(location)
	require.Contains(t, page, "The levels are as they were.")
}

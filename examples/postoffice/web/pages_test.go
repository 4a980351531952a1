package web

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPages(t *testing.T) {
	c := loggedIn(t, newOffice())
	for name, want := range map[string][]string{
		"overview":   {"of 5 running", "191.7 MiB", "connected", "disk is full", "down"},
		"servers":    {"transfer", "[::]:25", "120,551", "failed", "address already in use", `aria-label="Start pop"`, `aria-label="Pause transfer"`},
		"people":     {"cara@office.example", "198.51.100.4:1044", "busy", "im (2)"},
		"logs":       {"relaying denied", "smtp/transfer", "level-queue", "store cannot be written"},
		"routes":     {"example.org", "the mailbox server is away", "waits to be asked", "partner.example", "1–4 of 4"},
		"mail":       {"Mail for example.org", "reader4@example.org", "greylisted", "/queues/item?id=m004-1"},
		"item":       {"Message m004-1", "reader4@example.org", "Release", "/tracking/path?message=m004"},
		"tracking":   {"m001", "m099", "a report"},
		"path":       {"Accepted", "Deferred", "mx1.example.org", "451 4.7.1 greylisted", "Passed to another host", "Failed for good", "the report m099", "47.1 KiB"},
		"accounts":   {"4 accounts", "Ann Poe", "and 1 more", "disabled", "pop3, nntp", "other directory", "nearly full"},
		"new":        {`name="again"`, "Add the account"},
		"account":    {"Account cara@office.example", "Cara Ong", `value="1 GiB"`, `value="none"`, "1.3 GiB"},
		"groups":     {"sales@office.example", "alias", "hidden", "1 sender", "and 2 more"},
		"group":      {"dan@branch.example", "readonly", "Remove it"},
		"newsgroups": {"office.talk", "10,482", "moderated", "nobody"},
		"newsgroup":  {"office.announce", "ann@office.example"},
		"about":      {"1.2.3", "ann@office.example", "go1.", "not encrypted"},
	} {
		t.Run(name, func(t *testing.T) {
			code, page := c.get(pagesToVisit()[name])
			require.Equal(t, http.StatusOK, code, page)
			for _, text := range want {
				require.Contains(t, page, text)
			}
			require.NotContains(t, page, "ZgotmplZ")
			require.Contains(t, page, "Example Office")
		})
	}
}

// TestEveryPageIsVisited keeps the list of the tests whole.
func TestEveryPageIsVisited(t *testing.T) {
	visited := make(map[string]bool)
	for _, address := range pagesToVisit() {
		path, _, _ := strings.Cut(address, "?")
		visited[path] = true
	}
	for _, p := range pages() {
		require.True(t, visited[p.path], p.path)
		require.Contains(t, templates(), p.template)
	}
}

// TestHidden checks that what is not there has no page, and no link either.
func TestHidden(t *testing.T) {
	full := newSite(t, newOffice())
	c := newClient(t, &Site{Auth: full.Auth, MayAdminister: full.MayAdminister, Logger: full.Logger})
	c.login("ann@office.example")
	code, page := c.get("/")
	require.Equal(t, http.StatusOK, code)
	require.Contains(t, page, "There is nothing to sum up")
	require.Contains(t, page, "Postoffice")
	for _, address := range pagesToVisit() {
		path, _, _ := strings.Cut(address, "?")
		if path == "/" || path == "/about" {
			continue
		}
		require.NotContains(t, page, `href="`+path+`"`)
		code, _ := c.get(address)
		require.Equal(t, http.StatusNotFound, code, address)
	}
}

// TestEmpty checks that lists without lines say what to do.
func TestEmpty(t *testing.T) {
	c := loggedIn(t, &office{})
	for path, want := range map[string]string{
		"/servers": "There are no virtual servers", "/people": "Nobody is connected", "/queues": "No mail is waiting",
		"/queues/mail": "No mail waits here", "/tracking": "No message was tracked", "/accounts": "Add the first one",
		"/groups": "There are no groups yet", "/newsgroups": "There are no newsgroups yet",
		"/accounts?q=zz": "No account fits", "/queues?q=zz": "No route with mail fits", "/people?q=zz": "Nobody who is connected fits",
		"/groups?q=zz": "No group fits", "/newsgroups?q=zz": "No newsgroup fits", "/queues/mail?state=held": "No message fits",
		"/tracking?sender=zz": "No message fits", "/logs?text=no-such-text": "No record fits", "/": "Nobody is connected now",
	} {
		code, page := c.get(path)
		require.Equal(t, http.StatusOK, code, path)
		require.Contains(t, page, want, path)
	}
}

// TestGone checks pages about what is not there any more.
func TestGone(t *testing.T) {
	c := loggedIn(t, newOffice())
	for _, path := range []string{
		"/queues/item?id=none", "/queues/item", "/tracking/path?message=none", "/accounts/edit?name=none", "/accounts/edit",
		"/groups/edit?address=none", "/newsgroups/edit?name=none",
	} {
		code, page := c.get(path)
		require.Equal(t, http.StatusNotFound, code, path)
		require.Contains(t, page, "not there any more", path)
	}
}

// TestBroken checks that what cannot be asked says so on its page, and hides nothing else.
func TestBroken(t *testing.T) {
	o := newOffice()
	c := loggedIn(t, o)
	o.broken = errFake
	for name, path := range pagesToVisit() {
		code, page := c.get(path)
		switch name {
		case "about", "new", "logs":
			require.Equal(t, http.StatusOK, code, path)
			continue
		case "overview":
			require.Equal(t, http.StatusOK, code)
			require.Contains(t, page, "disk is full") // the log still answers
		default:
			require.Equal(t, http.StatusServiceUnavailable, code, path)
		}
		require.Contains(t, page, "The store &lt;b&gt;cannot&lt;/b&gt; be reached: start it.", path)
	}
}

// TestFilters checks that lists show what fits, and that what cannot be read is said.
func TestFilters(t *testing.T) {
	c := loggedIn(t, newOffice())
	for path, want := range map[string][2]string{
		"/accounts?q=POE":                                     {"Ann Poe", "Bob Lee"},
		"/accounts?show=disabled":                             {"Bob Lee", "Ann Poe"},
		"/accounts?show=full":                                 {"Cara Ong", "Ann Poe"},
		"/people?protocol=im":                                 {"cara@office.example", "198.51.100.4"},
		"/queues?q=part":                                      {"partner.example</a>", "example.net"},
		"/queues/mail?sender=<cara@office.example>":           {"m000-1", "m003-1"},
		"/queues/mail?state=held":                             {"m004-1", "m000-1"},
		"/groups?q=dan@":                                      {"sales@", "info@"},
		"/newsgroups?q=mind":                                  {"office.talk", "office.archive"},
		"/logs?category=queue":                                {"disk is full", "relaying denied"},
		"/logs?level=error":                                   {"disk is full", "relaying denied"},
		"/logs?text=RELAYING":                                 {"relaying denied", "disk is full"},
		"/logs?level=loud":                                    {"There is no level &#34;loud&#34;", "relaying denied"},
		"/queues/mail?state=lost":                             {"There is no state &#34;lost&#34;", "m000-1"},
		"/tracking?from=yesterday":                            {"is not a time", "m001"},
		"/tracking?from=2026-01-02T00:00&to=2026-01-01T00:00": {"begins after its end", "m001"},
	} {
		code, page := c.get(path)
		require.Equal(t, strings.HasPrefix(want[0], "There is no") || want[1] == "m001", code == http.StatusBadRequest, path)
		require.Contains(t, page, want[0], path)
		require.NotContains(t, page, want[1], path)
	}
}

func TestPaging(t *testing.T) {
	o := newOffice()
	c := loggedIn(t, o)
	_, page := c.get("/queues/mail?state=")
	require.Contains(t, page, "m049-1")
	require.NotContains(t, page, "m050-1")
	require.Contains(t, page, `href="/queues/mail?p=2&amp;state=" rel="next"`)
	require.NotContains(t, page, `rel="prev"`)
	for _, last := range []string{"3", "99999999999999999999", "150"} {
		_, page = c.get("/queues/mail?p=" + last)
		if last == "99999999999999999999" { // not a number that fits
			require.Contains(t, page, "m000-1")
			continue
		}
		require.Contains(t, page, "101–120", last)
		require.Contains(t, page, "m119-1")
		require.NotContains(t, page, `rel="next"`)
		require.Contains(t, page, `rel="prev"`)
	}
}

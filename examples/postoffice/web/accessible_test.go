package web

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"
)

// TestAccessible checks each page for what those need who do not see it, or have no mouse.
func TestAccessible(t *testing.T) {
	c := loggedIn(t, newOffice())
	addresses := pagesToVisit()
	addresses["new group"], addresses["new newsgroup"], addresses["missing"] = "/groups/edit", "/newsgroups/edit", "/none"
	addresses["own account"], addresses["foreign"] = "/accounts/edit?name=ann@office.example", "/accounts/edit?name=dan"
	for name, address := range addresses {
		t.Run(name, func(t *testing.T) {
			_, page := c.get(address)
			checkAccessible(t, page)
		})
	}
	_, login := newClient(t, c.site).get("/login")
	checkAccessible(t, login)
	_, _, question := c.post("/servers", "name", "transfer", "action", "stop")
	checkAccessible(t, question)
}

// A tally of a page: its elements, the ids there are and what labels name.
type elements struct {
	count  map[string]int
	ids    map[string]bool
	labels map[string]bool
	all    []*html.Node
}

func survey(t *testing.T, page string) *elements {
	e := &elements{count: make(map[string]int), ids: make(map[string]bool), labels: make(map[string]bool)}
	for n := range parse(t, page).Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		e.all = append(e.all, n)
		e.count[n.Data]++
		if id := attr(n, "id"); id != "" {
			require.False(t, e.ids[id], "id %s is there twice", id)
			e.ids[id] = true
		}
		if n.Data == "label" {
			require.NotEmpty(t, strings.TrimSpace(textOf(n)))
			e.labels[attr(n, "for")] = true
		}
	}
	return e
}

func checkAccessible(t *testing.T, page string) {
	t.Helper()
	e := survey(t, page)
	for _, one := range []string{"h1", "main", "title"} {
		require.Equal(t, 1, e.count[one], one)
	}
	for _, n := range e.all {
		for _, ref := range []string{"aria-labelledby", "aria-describedby", "for"} {
			if id := attr(n, ref); id != "" {
				require.True(t, e.ids[id], "%s %s=%s", n.Data, ref, id)
			}
		}
		switch n.Data {
		case "html":
			require.Equal(t, "en", attr(n, "lang"))
		case "img":
			require.True(t, has(n, "alt"))
		case "input", "select", "textarea":
			if attr(n, "type") != "hidden" {
				require.True(t, attr(n, "aria-label") != "" || e.labels[attr(n, "id")], "%s %s has no label", n.Data, attr(n, "name"))
			}
		case "button", "a":
			require.NotEmpty(t, attr(n, "aria-label")+strings.TrimSpace(textOf(n)), n.Data)
		case "nav":
			require.NotEmpty(t, attr(n, "aria-label"))
		case "fieldset":
			require.Equal(t, "legend", firstElement(n))
		case "table":
			require.Equal(t, "caption", firstElement(n))
		case "th":
			require.NotEmpty(t, attr(n, "scope"))
		}
	}
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, key string) bool {
	for _, a := range n.Attr {
		if a.Key == key {
			return true
		}
	}
	return false
}

func firstElement(n *html.Node) string {
	for c := range n.ChildNodes() {
		if c.Type == html.ElementNode {
			return c.Data
		}
	}
	return ""
}

func textOf(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return b.String()
}

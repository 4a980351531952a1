package webdav

import (
	"crypto/sha256"
	"encoding/base64"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/wirepost/wirepost/imap4"
)

// A page is a collection as HTML.
type page struct {
	Title, Up string // Up is the URL of the collection above, "" for none
	Folders   []line
	Messages  []line // the newest first
	Older     string // URL of the next page, "" for the last one
}

// A line is a member of a collection.
type line struct {
	Name, Href, From string
	Received         time.Time
	Size             int64
	Unread           bool
}

const pageStyle = `body{font:1rem/1.5 sans-serif;max-width:60rem;margin:1rem auto;padding:0 1rem}` +
	`table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.25rem .5rem;border-bottom:1px solid #767676}`

// pageTemplate escapes what it is given by where it stands.
var pageTemplate = template.Must(template.New("page").Parse(`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{{.Title}}</title>
<style>` + pageStyle + `</style>
</head>
<body>
<main>
<h1>{{.Title}}</h1>
{{with .Up}}<p><a href="{{.}}">Up to the folder above</a></p>
{{end}}{{if .Folders}}<h2 id="folders">Folders</h2>
<ul aria-labelledby="folders">
{{range .Folders}}<li><a href="{{.Href}}">{{.Name}}</a></li>
{{end}}</ul>
{{end}}{{if .Messages}}<table>
<caption>Messages, the newest first</caption>
<thead><tr><th scope="col">Subject</th><th scope="col">From</th><th scope="col">Received</th><th scope="col">Octets</th></tr></thead>
<tbody>
{{range .Messages}}<tr><th scope="row"><a href="{{.Href}}">{{.Name}}</a>{{if .Unread}} (unread){{end}}</th><td>{{.From}}</td><td><time datetime="{{.Received.UTC.Format "2006-01-02T15:04:05Z"}}">{{.Received.UTC.Format "2 January 2006, 15:04 UTC"}}</time></td><td>{{.Size}}</td></tr>
{{end}}</tbody>
</table>
{{else}}<p>No messages here.</p>
{{end}}{{with .Older}}<p><a href="{{.}}">Older messages</a></p>
{{end}}</main>
</body>
</html>
`))

// page answers with a collection. Its messages come in pages, so that it costs little to look at a large one.
func (q *request) page() error {
	p := page{Title: q.res.loc.last()}
	if p.Title == "" {
		p.Title = "Mailboxes"
	}
	if !q.res.loc.isRoot() {
		p.Up = q.h.href(q.res.loc.parent(), true)
	}
	for _, res := range q.members(q.res) {
		p.Folders = append(p.Folders, line{Name: res.loc.last(), Href: q.h.href(res.loc, true)})
	}
	found, more, err := q.newest()
	if err != nil {
		return err
	}
	for _, res := range found {
		s, err := q.summarize(res)
		if err != nil {
			return err
		}
		l := line{Name: s.subject, Href: q.h.href(res.loc, false), From: s.from, Received: res.meta.Received, Size: res.meta.Size}
		if l.Unread = res.meta.Flags.System&imap4.Seen == 0; l.Name == "" {
			l.Name = "(no subject)"
		}
		p.Messages = append(p.Messages, l)
	}
	if more {
		p.Older = "?before=" + strconv.FormatUint(uint64(found[len(found)-1].meta.UID), 10)
	}
	header := q.w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Cache-Control", "private, no-cache")
	q.w.WriteHeader(http.StatusOK)
	if q.Method == http.MethodHead {
		return nil
	}
	return pageTemplate.Execute(q.w, p)
}

// newest returns a page of messages, the newest first, and whether there are older ones. What follows in time are UIDs.
func (q *request) newest() (found []*resource, more bool, err error) {
	before := uint64(1 << 32)
	if s := q.URL.Query().Get("before"); s != "" {
		if before, err = strconv.ParseUint(s, 10, 32); err != nil {
			return nil, false, status(http.StatusBadRequest, "before is the number of a message")
		}
	}
	size := q.h.pageSize()
	for res, err := range q.messages(q.res) {
		if err != nil {
			return nil, false, err
		}
		if uint64(res.meta.UID) >= before {
			break
		}
		if found = append(found, res); len(found) >= 2*size+1 {
			found = slices.Delete(found, 0, len(found)-size-1)
		}
	}
	if more = len(found) > size; more {
		found = found[len(found)-size:]
	}
	slices.Reverse(found)
	return found, more, nil
}

// contentSecurityPolicy has a browser show what it is given and do nothing else with it, for mail is not ours. The only
// style is pageStyle, by its hash.
var contentSecurityPolicy = func() string {
	sum := sha256.Sum256([]byte(pageStyle))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}()

package web

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"
)

//go:embed templates
var sources embed.FS

// A view is what the templates are given.
type view struct {
	Site    string
	Heading string
	User    string // who is logged in; nobody if empty
	Nav     []section
	Self    string // the address of this page
	Notice  string // what was done
	Problem string // what was not, and what to change
	Refresh string // the address from which it keeps itself up to date; empty if it does not
	Zone    string
	Data    any
}

// A section is a group of links in the navigation.
type section struct {
	Name  string
	Links []navLink
}

// A navLink leads to a page. Here is this one, Under one that it led to.
type navLink struct {
	Title, Path string
	Here, Under bool
}

// templates has one for each page, by the name of its file, together with the layout and the parts.
var templates = sync.OnceValue(func() map[string]*template.Template {
	funcs := template.FuncMap{
		"asset": asset, "octets": octets, "stamp": stamp, "clock": clock, "iso": iso, "ago": ago, "count": count[int],
		"number": number, "join": strings.Join, "to": to, "sentence": sentence, "mark": mark, "plain": plain, "span": span,
	}
	base := template.Must(template.New("").Funcs(funcs).ParseFS(sources, "templates/layout.html", "templates/parts.html"))
	files, err := sources.ReadDir("templates")
	if err != nil {
		panic(err) // they are part of the program
	}
	all := make(map[string]*template.Template)
	for _, f := range files {
		name := strings.TrimSuffix(f.Name(), ".html")
		if name == "layout" || name == "parts" {
			continue
		}
		all[name] = template.Must(template.Must(base.Clone()).ParseFS(sources, path.Join("templates", f.Name())))
	}
	return all
})

// render writes a page. It is made as a whole first, so that one that fails is not half there.
func (s *Site) render(w http.ResponseWriter, r *http.Request, code int, name string, v *view) {
	v.Site, v.Zone = s.title(), time.Now().Local().Format("MST, -07:00")
	var b bytes.Buffer
	if err := templates()[name].ExecuteTemplate(&b, "layout", v); err != nil {
		s.logger().ErrorContext(r.Context(), "page cannot be made", "page", name, "error", err)
		http.Error(w, "This page cannot be shown; the server's log says why.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(code)
	if r.Method != http.MethodHead {
		w.Write(visible(b.Bytes())) // who has gone away needs no page
	}
}

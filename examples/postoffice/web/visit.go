package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/wirepost/wirepost/examples/postoffice/manage"
)

// A visit is one request of an administrator.
type visit struct {
	*http.Request
	site    *Site
	page    *page
	session session
	token   string
	live    bool  // the page's script wants it anew; nobody has looked
	problem error // why what was posted was not done
}

// errGone: what a page is about is not there.
var errGone = errors.New("it is not there any more: go back to the list")

// unreadable: what a page is asked for is not understood. The page is there all the same, without its list.
type unreadable struct{ error }

// page serves a page to who has logged in, and others the login form.
func (s *Site) page(p page) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token := tokenOf(r)
		live := r.Method == http.MethodGet && r.URL.Query().Get("live") != ""
		one, ok := s.sessions.find(token, !live)
		if !ok || !s.may(one.user) {
			s.askLogin(w, r)
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), patient)
		defer cancel()
		ctx = context.WithValue(ctx, sparedKey{}, token)
		v := &visit{Request: r.WithContext(ctx), site: s, page: &p, session: one, token: token, live: live}
		if r.Method == http.MethodPost {
			v.post(w)
		} else {
			v.get(w, http.StatusOK)
		}
	})
}

// askLogin sends to the login form, and from there back to the page.
func (s *Site) askLogin(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	q.Del("live")
	next := url.Values{}
	if target := link(r.URL.Path, q); target != "/" {
		next.Set("next", target)
	}
	http.Redirect(w, r, link("/login", next), http.StatusSeeOther)
}

// get shows the page.
func (v *visit) get(w http.ResponseWriter, code int) {
	data, err := v.page.show(v)
	_, asked := errors.AsType[unreadable](err)
	switch {
	case code != http.StatusOK: // it says already what is wrong
	case asked:
		code = http.StatusBadRequest
	case errors.Is(err, errGone):
		code = http.StatusNotFound
	case err != nil:
		code = http.StatusServiceUnavailable
	}
	view := v.view(v.page.title)
	if about, ok := data.(interface{ heading() string }); ok {
		view.Heading = about.heading()
	}
	if v.page.live && err == nil && v.problem == nil {
		q := v.URL.Query()
		q.Set("live", "1")
		view.Refresh = link(v.page.path, q)
	}
	if v.problem != nil {
		err = v.problem
	}
	if err != nil {
		view.Problem = sentence(manage.Explain(err))
	}
	view.Data = data
	if !v.live {
		view.Notice = v.site.sessions.swapNotice(v.token, "")
	}
	name := v.page.template
	if data == nil {
		name = "nothing"
	}
	v.site.render(w, v.Request, code, name, view)
}

// post does what was asked for and goes on to where that shows; or shows the page again, with the reason why not.
func (v *visit) post(w http.ResponseWriter) {
	if err := parseForm(v.Request); err != nil {
		v.problem, v.PostForm = err, url.Values{}
		v.get(w, http.StatusBadRequest)
		return
	}
	out, err := v.page.act(v)
	switch {
	case err != nil:
		v.site.logger().InfoContext(v.Context(), "administrator was refused", v.record("error", err)...)
		v.problem = err
		v.get(w, http.StatusUnprocessableEntity)
	case out.confirm != nil:
		v.confirm(w, out.confirm)
	default:
		v.site.logger().InfoContext(v.Context(), "administrator changed", v.record("outcome", out.notice)...)
		v.site.sessions.swapNotice(v.token, sentence(out.notice))
		http.Redirect(w, v.Request, out.to, http.StatusSeeOther)
	}
}

// record is what the log is told of an action: never what was typed into the form.
func (v *visit) record(more ...any) []any {
	return append([]any{"user", v.session.user, "remote", v.RemoteAddr, "page", v.page.path}, more...)
}

// view is what every page has.
func (v *visit) view(heading string) *view {
	w := &view{Heading: heading, User: v.session.user, Self: v.self()}
	for _, p := range v.site.pages {
		switch {
		case p.section == "":
			continue
		case len(w.Nav) == 0 || w.Nav[len(w.Nav)-1].Name != p.section:
			w.Nav = append(w.Nav, section{Name: p.section})
		}
		last := &w.Nav[len(w.Nav)-1]
		under := p.path != "/" && strings.HasPrefix(v.page.path, p.path+"/")
		last.Links = append(last.Links, navLink{Title: p.title, Path: p.path, Here: p.path == v.page.path, Under: under})
	}
	return w
}

// self is the address of this page, without what the script has added.
func (v *visit) self() string {
	q := v.URL.Query()
	q.Del("live")
	return link(v.page.path, q)
}

// link joins a path and a query.
func link(path string, q url.Values) string {
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// to is link for one parameter.
func to(path, key, value string) string { return link(path, url.Values{key: {value}}) }

// typed returns what is in a field of the form: what was typed if it has to be shown again, else what there is.
func (v *visit) typed(field, there string) string {
	if v.problem != nil && v.PostForm.Has(field) {
		return v.PostForm.Get(field)
	}
	return there
}

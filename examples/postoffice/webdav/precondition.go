package webdav

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/wirepost/wirepost/internal/ascii"
)

var errPrecondition = status(http.StatusPreconditionFailed, "it is not as you said it would be")

// preconditions checks the headers that make a request depend on how things are. GET and HEAD check theirs as they answer.
func (q *request) preconditions() error {
	if value := q.Header.Values("If"); len(value) > 0 {
		ifs, err := parseIf(strings.Join(value, " "))
		if err != nil {
			return status(http.StatusBadRequest, "the If header cannot be read")
		}
		q.ifs, q.tokens = ifs, ifs.tokens()
		if err := q.checkIf(); err != nil {
			return err
		}
	}
	if q.Method == http.MethodGet || q.Method == http.MethodHead {
		return nil
	}
	if match := q.Header.Get("If-Match"); match != "" && !matches(match, q.res) {
		return errPrecondition
	}
	if none := q.Header.Get("If-None-Match"); none != "" && matches(none, q.res) {
		return errPrecondition
	}
	since, err := http.ParseTime(q.Header.Get("If-Unmodified-Since"))
	if err == nil && q.Header.Get("If-Match") == "" && q.res.isMessage() && q.res.modified().Unix() > since.Unix() {
		return errPrecondition
	}
	return nil
}

// matches reports whether a list of entity tags has a resource's, or is "*" and there is one (RFC 9110, 13.1.1).
func matches(list string, res *resource) bool {
	if strings.TrimSpace(list) == "*" {
		return res.kind != absent
	}
	etag := res.etag()
	return etag != "" && slices.ContainsFunc(strings.Split(list, ","), func(s string) bool { return strings.TrimSpace(s) == etag })
}

// checkIf reports whether one of the lists is true. Each resource is looked for once.
func (q *request) checkIf() error {
	known := map[string]*resource{"": q.res}
	for _, list := range q.ifs {
		res, ok := known[list.tag]
		if !ok {
			var err error
			if res, err = q.tagged(list.tag); err != nil {
				return err
			}
			known[list.tag] = res
		}
		if !slices.ContainsFunc(list.conditions, func(c condition) bool { return q.holds(c, res) == c.not }) {
			return nil
		}
	}
	return errPrecondition
}

// tagged finds the resource of a URL, nil if it is none of this handler's.
func (q *request) tagged(tag string) (*resource, error) {
	loc, err := q.local(tag)
	if err != nil {
		return nil, nil //nolint:nilerr // it has no state here (RFC 4918, 10.4.4)
	}
	return q.resolve(loc)
}

func (q *request) holds(c condition, res *resource) bool {
	switch {
	case res == nil:
		return false
	case c.token != "":
		_, ok := q.h.locks.holds(c.token, res.key())
		return ok
	}
	return c.etag == res.etag()
}

// local is the location of a URL, or of its path, on this host.
func (q *request) local(text string) (location, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil || !strings.HasPrefix(u.EscapedPath(), "/"):
		return location{}, status(http.StatusBadRequest, "this is no URL: give a path, or one that begins with http")
	case u.Host != "" && !ascii.EqualFold(u.Host, q.Host):
		return location{}, status(http.StatusBadGateway, "this server does not speak with others")
	}
	return q.h.parse(u.EscapedPath())
}

package web

import (
	"errors"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/wirepost/wirepost/internal/ascii"
)

const (
	maxPost = 256 << 10 // octets of a form: some thousand members of a group
	patient = 30 * time.Second
)

// policy lets a page load what is this site's own, and be in no other's frame (Content Security Policy Level 3).
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// protect is what every request goes through.
func (s *Site) protect(next http.Handler) http.Handler {
	origin := http.NewCrossOriginProtection()
	origin.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.refuse(w, r, http.StatusForbidden, errors.New("this form was sent by another site: open this site's own page and send it from there"))
	}))
	inner := origin.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin") // not no-referrer: forms would have the Origin "null"
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
		h.Set("Cache-Control", "no-store")
		if !s.isOurs(r.Host) {
			s.refuse(w, r, http.StatusMisdirectedRequest,
				errors.New("this site does not answer to that name: use one that it is configured with, or add this one to its hosts"))
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxPost)
		inner.ServeHTTP(w, r)
	})
}

// isOurs reports whether the Host of a request is a name of this site.
func (s *Site) isOurs(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.TrimSuffix(strings.TrimSuffix(strings.TrimPrefix(host, "["), "]"), ".")
	if addr, err := netip.ParseAddr(host); err == nil && addr.IsLoopback() {
		return true
	}
	return ascii.EqualFold(host, "localhost") ||
		slices.ContainsFunc(s.Hosts, func(h string) bool { return host != "" && ascii.EqualFold(h, host) })
}

// missing answers for paths and methods that there are not.
func (s *Site) missing(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			other := r.Clone(r.Context())
			other.Method = method
			if _, pattern := mux.Handler(other); method != r.Method && pattern != "/" {
				w.Header().Set("Allow", method)
				s.refuse(w, r, http.StatusMethodNotAllowed, errors.New("this page cannot be asked for in that way: go to it by a link"))
				return
			}
		}
		s.refuse(w, r, http.StatusNotFound, errors.New("there is no such page here, or what it is about is not switched on"))
	})
}

// refuse answers with a page that only says why. It tells nothing of the site, so that anybody may see it.
func (s *Site) refuse(w http.ResponseWriter, r *http.Request, code int, err error) {
	s.render(w, r, code, "refused", &view{Heading: http.StatusText(code), Problem: err.Error()})
}

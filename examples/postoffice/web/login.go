package web

import (
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"github.com/wirepost/wirepost/auth"
)

// loginData is what the login form shows.
type loginData struct {
	Name, Next string
	Insecure   bool // no password is taken on this connection
}

func (s *Site) showLogin(w http.ResponseWriter, r *http.Request) {
	if one, ok := s.sessions.find(tokenOf(r), false); ok && s.may(one.user) {
		http.Redirect(w, r, s.after(r.URL.Query().Get("next")), http.StatusSeeOther)
		return
	}
	s.loginForm(w, r, http.StatusOK, loginData{Next: s.after(r.URL.Query().Get("next"))}, "")
}

func (s *Site) loginForm(w http.ResponseWriter, r *http.Request, code int, d loginData, problem string) {
	d.Insecure = !s.Auth.PasswordAllowed(connOf(r))
	s.render(w, r, code, "login", &view{Heading: "Log in", Problem: problem, Data: d})
}

// login checks a name and a password.
func (s *Site) login(w http.ResponseWriter, r *http.Request) {
	if err := parseForm(r); err != nil {
		s.refuse(w, r, http.StatusBadRequest, err)
		return
	}
	name := r.PostForm.Get("name")
	d := loginData{Name: name, Next: s.after(r.PostForm.Get("next"))}
	id, err := s.Auth.Password(r.Context(), connOf(r), name, r.PostForm.Get("password"))
	if err != nil {
		code, text := loginProblem(err)
		s.loginForm(w, r, code, d, text)
		return
	}
	if !s.may(id.User) {
		s.logger().WarnContext(r.Context(), "login refused: not an administrator", "user", id.User, "remote", r.RemoteAddr)
		s.loginForm(w, r, http.StatusForbidden, d, "This account does not administer the server. Log in by one that does.")
		return
	}
	s.sessions.end(tokenOf(r))
	setCookie(w, r, s.sessions.begin(id.User))
	s.logger().InfoContext(r.Context(), "administrator logged in", "user", id.User, "remote", r.RemoteAddr)
	http.Redirect(w, r, d.Next, http.StatusSeeOther)
}

// loginProblem says what to tell of a login that failed. It does not tell names and passwords apart.
func loginProblem(err error) (code int, text string) {
	switch {
	case errors.Is(err, auth.ErrCredentials), errors.Is(err, auth.ErrMalformed):
		return http.StatusUnauthorized, "Wrong name or password. Check both, and the Caps Lock key."
	case errors.Is(err, auth.ErrBusy):
		return http.StatusTooManyRequests, "Too many logins are waiting. Wait a minute and try again."
	case errors.Is(err, auth.ErrInsecure), errors.Is(err, auth.ErrMechanism):
		return http.StatusForbidden, "Passwords are not taken here without TLS. Use the address that begins with https."
	default:
		return http.StatusServiceUnavailable, "The accounts cannot be asked now. Try again; the server's log says what is wrong."
	}
}

func (s *Site) logout(w http.ResponseWriter, r *http.Request) {
	if one, ok := s.sessions.find(tokenOf(r), false); ok {
		s.sessions.end(tokenOf(r))
		s.logger().InfoContext(r.Context(), "administrator logged out", "user", one.user, "remote", r.RemoteAddr)
	}
	setCookie(w, r, "")
	http.Redirect(w, r, "/login", http.StatusSeeOther)
}

func (s *Site) may(user string) bool { return s.MayAdminister != nil && s.MayAdminister(user) }

// after returns where to go after the login: next if that is one of the pages, so that nobody is led elsewhere.
func (s *Site) after(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || u.Opaque != "" {
		return "/"
	}
	for _, p := range s.pages {
		if u.Path == p.path {
			return link(p.path, u.Query())
		}
	}
	return "/"
}

// connOf is what auth is to know of the connection.
func connOf(r *http.Request) *auth.Conn {
	c := &auth.Conn{Protocol: "http", TLS: r.TLS, ServerName: r.Host}
	if host, _, err := net.SplitHostPort(r.Host); err == nil {
		c.ServerName = host
	}
	if addr, err := netip.ParseAddrPort(r.RemoteAddr); err == nil {
		c.RemoteAddr = net.TCPAddrFromAddrPort(addr)
	}
	return c
}

// parseForm reads a posted form. Other content is refused: no page sends it.
func parseForm(r *http.Request) error {
	kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	if strings.TrimSpace(kind) != "application/x-www-form-urlencoded" {
		return errors.New("this is not a form of this site: send it from its page")
	}
	if err := r.ParseForm(); err != nil {
		return errors.New("the form is too large, or was cut short: send less at once")
	}
	return nil
}

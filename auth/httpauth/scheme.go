package httpauth

import (
	"cmp"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/internal/ascii"
)

// A scheme is one line of the table below.
type scheme struct {
	name       string // as registered with IANA
	connection bool   // it logs in the connection, not the request
	able       func(h *Handler, a *attempt) bool
	challenges func(h *Handler, a *attempt) []string // what follows the name
	serve      func(h *Handler, a *attempt, given credentials) verdict
}

// A verdict is what a scheme makes of credentials. Without an error, an empty
// identity means that the client has to go on, by token.
type verdict struct {
	identity auth.Identity
	token    string // for the client, behind the scheme's name
	info     string // for Authentication-Info
	err      error
}

// schemes are all that the package speaks.
var schemes = []scheme{
	{"Negotiate", true, ableNTLM, bare, serveNegotiate},
	{"NTLM", true, ableNTLM, bare, serveNTLM},
	{"Digest", false, ableDigest, digestChallenges, serveDigest},
	{"Basic", false, ableBasic, basicChallenge, serveBasic},
}

// usual are the schemes to offer if nothing else is said. Negotiate makes
// clients look for Kerberos first.
var usual = []string{"NTLM", "Digest", "Basic"}

func bare(*Handler, *attempt) []string { return []string{""} }

// offered returns the schemes that this request can use, in order.
func (h *Handler) offered(a *attempt) (list []*scheme) {
	for _, name := range h.schemeNames() {
		if s := h.usable(a, name); s != nil {
			list = append(list, s)
		}
	}
	return list
}

// scheme returns the one of this name, nil if it is not offered.
func (h *Handler) scheme(a *attempt, name string) *scheme {
	if !slices.ContainsFunc(h.schemeNames(), func(n string) bool { return ascii.EqualFold(n, name) }) {
		return nil
	}
	return h.usable(a, name)
}

func (h *Handler) usable(a *attempt, name string) *scheme {
	i := slices.IndexFunc(schemes, func(s scheme) bool { return ascii.EqualFold(s.name, name) })
	if i < 0 || h.Auth == nil || !schemes[i].able(h, a) {
		return nil
	}
	return &schemes[i]
}

func (h *Handler) schemeNames() []string {
	if h.Schemes == nil {
		return usual
	}
	return h.Schemes
}

// Challenge asks the client to log in: 401 and a line for each scheme, or 403
// where none can be used, which says so if it is for want of TLS. Headers that w
// has already stay; nothing must have been written to it.
func (h *Handler) Challenge(w http.ResponseWriter, r *http.Request) {
	h.challenge(w, h.attempt(r))
}

func (h *Handler) challenge(w http.ResponseWriter, a *attempt) {
	// A client that sends first and listens afterwards should find the answer,
	// and not that nobody took the body. Who asks before sending need not send.
	if !ascii.EqualFold(a.request.Header.Get("Expect"), "100-continue") {
		h.drain(a.request)
	}
	header := w.Header()
	header.Del("WWW-Authenticate")
	for _, s := range h.offered(a) {
		for _, c := range s.challenges(h, a) {
			header.Add("WWW-Authenticate", strings.TrimSuffix(s.name+" "+c, " "))
		}
	}
	if len(header["Www-Authenticate"]) == 0 { // RFC 9110, 15.5.2: 401 has to name a scheme
		why := h.missing(a)
		h.logMissing(a, why)
		if why == errNeedsTLS {
			page(w, http.StatusForbidden, "Logging in here needs HTTPS.")
			return
		}
		page(w, http.StatusForbidden, "Nobody can log in here.")
		return
	}
	page(w, http.StatusUnauthorized)
}

// goOn sends one step of a scheme that takes several. The connection has to
// stay, so the body must be out of the way.
func (h *Handler) goOn(w http.ResponseWriter, a *attempt, line string) {
	w.Header().Set("WWW-Authenticate", line)
	if !h.drain(a.request) {
		w.Header().Set("Connection", "close")
	}
	page(w, http.StatusUnauthorized)
}

// refuse answers every login that fails. The client is not told why.
func (h *Handler) refuse(w http.ResponseWriter, a *attempt, err error) {
	a.state.logout()
	switch {
	case errors.Is(err, errBadRequest):
		page(w, http.StatusBadRequest)
	case errors.Is(err, errTooLarge):
		w.Header().Set("Connection", "close")
		page(w, http.StatusRequestEntityTooLarge)
	case errors.Is(err, auth.ErrCredentials), errors.Is(err, auth.ErrMalformed),
		errors.Is(err, auth.ErrMechanism), errors.Is(err, auth.ErrInsecure):
		h.challenge(w, a)
	default:
		w.Header().Set("Retry-After", "30")
		page(w, http.StatusServiceUnavailable)
	}
}

// page writes an answer for people.
func page(w http.ResponseWriter, status int, more ...string) {
	text := http.StatusText(status)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, "<!DOCTYPE html>\n<html><head><title>"+text+"</title></head><body><h1>"+text+"</h1>")
	for _, sentence := range more {
		_, _ = io.WriteString(w, "<p>"+sentence+"</p>")
	}
	_, _ = io.WriteString(w, "</body></html>\n")
}

func (h *Handler) realm() string { return cmp.Or(h.Realm, "wirepost") }

func (h *Handler) account(name string) string {
	if h.Account == nil {
		return name
	}
	return h.Account(name)
}

// WindowsAccount returns a function for Handler.Account that takes the domain
// off a name: DOMAIN\user and DOMAIN/user for any domain, because clients send
// any, and user@domain for one of the domains given.
func WindowsAccount(domains ...string) func(name string) string {
	return func(name string) string {
		if i := strings.IndexAny(name, `\/`); i >= 0 {
			return name[i+1:]
		}
		i := strings.LastIndexByte(name, '@')
		if i > 0 && slices.ContainsFunc(domains, func(d string) bool { return ascii.EqualFold(d, name[i+1:]) }) {
			return name[:i]
		}
		return name
	}
}

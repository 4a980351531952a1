package httpauth

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"github.com/wirepost/wirepost/internal/ascii"
)

// Check reports what is wrong with the fields and would otherwise show only as 403:
// no Auth or Next, what auth.Authenticator.Check finds, and Schemes that do not
// exist. A server that starts calls it.
func (h *Handler) Check() error {
	switch {
	case h.Auth == nil:
		return errors.New("httpauth: Auth is nil: set it to what decides who may log in")
	case h.Next == nil:
		return errors.New("httpauth: Next is nil: set it to the handler of those who have logged in")
	}
	for _, name := range h.Schemes {
		if !slices.ContainsFunc(schemes, func(s scheme) bool { return ascii.EqualFold(s.name, name) }) {
			return fmt.Errorf("httpauth: Schemes names %q, which is not known: use Negotiate, NTLM, Digest or Basic", name)
		}
	}
	if err := h.Auth.Check(); err != nil {
		return fmt.Errorf("httpauth: %w", err)
	}
	return nil
}

var (
	errNeedsTLS  = errors.New("logging in here needs HTTPS")
	errNoConn    = errors.New("NTLM needs ConnContext as the http.Server's")
	errNoSchemes = errors.New("the accounts can serve none of the schemes")
)

// missing says why a request can use no scheme.
func (h *Handler) missing(a *attempt) error {
	if err := h.Check(); err != nil {
		return err
	}
	if a.conn.TLS == nil {
		conn := *a.conn
		conn.TLS = &tls.ConnectionState{}
		if len(h.offered(&attempt{request: a.request, conn: &conn, state: a.state})) > 0 {
			return errNeedsTLS
		}
	}
	if a.state == nil && a.request.ProtoMajor == 1 && stateOf(a.request.Context()) == nil &&
		len(h.offered(&attempt{request: a.request, conn: a.conn, state: &connState{}})) > 0 {
		return errNoConn
	}
	return errNoSchemes
}

// logMissing records, once, that there is no way to log in, which is rarely what
// was meant.
func (h *Handler) logMissing(a *attempt, err error) {
	h.mute.Do(func() {
		logger := slog.Default()
		if h.Auth != nil && h.Auth.Logger != nil {
			logger = h.Auth.Logger
		}
		logger.LogAttrs(a.request.Context(), slog.LevelWarn, "httpauth: a request can not log in, nor will others like it",
			slog.String("protocol", a.conn.Protocol), slog.String("addr", a.request.RemoteAddr), slog.String("err", err.Error()))
	})
}

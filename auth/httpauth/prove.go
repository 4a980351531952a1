package httpauth

import (
	"cmp"
	"crypto/hmac"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/internal/ascii"
)

// serveDigest checks an answer. Whatever is wrong with the login, the client
// learns it after the same work.
func serveDigest(h *Handler, a *attempt, given credentials) (v verdict) {
	d, err := parseAnswer(given.params)
	if err != nil {
		return verdict{err: err}
	}
	alg, err := h.acceptable(a, d)
	if err != nil {
		return verdict{err: err}
	}
	var body []byte
	if d.qop == qopInt {
		if body, err = h.keep(a.request); err != nil {
			return verdict{err: err}
		}
	}
	name, unknown := h.digestName(a, d)
	user, secret, err := h.secret(a, name, cmp.Or(name, d.username), unknown, func(secret string) error { return h.proven(a, alg, d, secret, body) })
	if err != nil {
		logFailure(a, h.Auth.Logger, name, err)
		return verdict{err: err}
	}
	v.identity.User = user
	if d.qop == qopAuth { // else it would have to know the body of the response
		v.info = fmt.Sprintf("qop=%s, rspauth=%s, cnonce=%s, nc=%s", d.qop, quote(alg.response(d, secret, "", nil)), quote(d.cnonce), d.nc)
	}
	return v
}

// acceptable checks what is to be known without the password: that the answer
// is one to a challenge of this server, and to this request.
func (h *Handler) acceptable(a *attempt, d *answer) (algorithm, error) {
	i, ok := algorithmOf(d.algorithm)
	ok = ok && strings.Contains(","+ascii.Lower(strings.Join(h.digestAlgorithms(), ","))+",", ","+ascii.Lower(algorithms[i].name)+",")
	switch {
	case !ok, d.qop == qopInt && !h.Digest.Integrity:
		return algorithm{}, auth.ErrMechanism
	case !sameTarget(d.uri, a.request.RequestURI, a.request.Host):
		return algorithm{}, fmt.Errorf("%w: it is for another URI", errBadRequest) // RFC 7616, 3.4.6
	case d.realm != h.realm():
		return algorithm{}, auth.ErrMalformed
	}
	return algorithms[i], nil
}

// digestName returns the name to look up, prepared. If that is only known by its
// hash, it completes the answer.
func (h *Handler) digestName(a *attempt, d *answer) (name string, err error) {
	if d.userhash {
		hashes, ok := implementing[UserHashLookup](h.Auth.Accounts)
		if !ok {
			return "", auth.ErrMechanism
		}
		i, _ := algorithmOf(d.algorithm)
		base := strings.TrimSuffix(algorithms[i].name, "-sess")
		if d.name, err = hashes.UserHash(a.request.Context(), a.conn, base, d.realm, ascii.Lower(d.username)); err != nil {
			return "", err
		}
	}
	name = h.account(fromLatin1([]byte(d.name))) // what is hashed stays as it was sent
	if len(name) > cmp.Or(h.Auth.Limits.Name, 512) {
		return "", auth.ErrMalformed
	}
	return auth.PrepareName(name)
}

// secret looks up an account's password and has it checked, as fast as the
// Guard allows. Of a name that has none, one that nobody knows is, or else what
// proven finds out would tell which names exist. unknown is why there is no name;
// claimed is then what the client said instead, a hash perhaps, and counted like
// any other name.
func (h *Handler) secret(a *attempt, name, claimed string, unknown error, check func(secret string) error) (user, secret string, err error) {
	secrets, ok := implementing[auth.SecretLookup](h.Auth.Accounts)
	if !ok {
		return "", "", auth.ErrMechanism
	}
	ctx := a.request.Context()
	done, err := h.Auth.Guard.Begin(ctx, a.conn, claimed)
	if err != nil {
		return "", "", err
	}
	defer func() { done(err) }()
	if err = unknown; err == nil {
		user, secret, err = secrets.Secret(ctx, a.conn, name)
	}
	if err == nil && secret == "" {
		err = fmt.Errorf("%w: the account has no password", auth.ErrCredentials)
	}
	switch {
	case errors.Is(err, auth.ErrCredentials):
		_ = check(rand.Text())
		return "", "", err
	case err != nil && unknown != nil:
		return "", "", err
	case err != nil:
		return "", "", fmt.Errorf("httpauth: looking up a password: %w", err)
	case user == "":
		return "", "", fmt.Errorf("httpauth: %T found a password without naming the account: return its name", secrets)
	}
	err = check(secret)
	return user, secret, err
}

// errStale is for answers that are right, to a nonce that is too old.
var errStale = fmt.Errorf("httpauth: the nonce is too old: %w", auth.ErrMechanism)

// proven checks the response, then the nonce: one that is stale is told only to
// who knows the password (RFC 7616, 3.3).
func (h *Handler) proven(a *attempt, alg algorithm, d *answer, secret string, body []byte) error {
	if !hmac.Equal([]byte(alg.response(d, secret, a.request.Method, body)), []byte(ascii.Lower(d.response))) {
		return auth.ErrCredentials
	}
	t := now()
	made, ok := h.nonces.made(d.nonce)
	if !ok || t.Sub(made) > cmp.Or(h.Digest.Life, 5*time.Minute) || made.After(t.Add(time.Second)) {
		a.stale = true
		return errStale
	}
	if h.Digest.AllowRepeats {
		return nil
	}
	fresh, stale := h.nonces.used.use(d.nonce, made, d.count)
	switch {
	case stale:
		a.stale = true
		return errStale
	case !fresh:
		a.stale = true // RFC 7616, 3.4: or else it would have to ask its user
		return fmt.Errorf("%w: the count %s of a nonce was used before", errReplay, d.nc)
	}
	return nil
}

// errReplay is for an answer that has been given before. It is no guess.
var errReplay = fmt.Errorf("httpauth: replay: %w", auth.ErrMechanism)

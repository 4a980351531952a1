package auth

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/wirepost/wirepost/auth/internal/ntlm"
)

// NTLM stands around accounts and says how the mechanism NTLM treats them; what
// it leaves at zero is as without it. Its place is the Authenticator's Accounts:
//
//	Accounts: &auth.NTLM{Accounts: users, Domain: "EXAMPLE", AllowV1: true}
//
// The mechanism is offered where Accounts implement NTHashLookup or
// SecretLookup. It takes NTLMv2. An anonymous login, an LM response alone, a
// response to another challenge, and one whose MIC is wrong are refused always.
// Even so it is worth having only for the clients that know nothing else: from
// a login that somebody listens to he can try passwords at home. The fields
// must not change once it is in use.
type NTLM struct {
	// Accounts are what would be the Authenticator's otherwise.
	Accounts any

	// AllowV1 takes NTLMv1 and NTLM2 session responses too, from which a
	// listener finds the hash of any password, given a day.
	AllowV1 bool

	// RequireChannelBinding refuses, under TLS, logins that are not bound to
	// the connection, which somebody between client and server could have
	// passed on. It needs Conn.ServerCertificate: that is what the clients bind
	// to. Where it is known, a binding to another one is refused in any case.
	RequireChannelBinding bool

	// MaxSkew is how far a client's clock may be off; 0 is 36 hours, below 0
	// any time. Most clients go by the time that the challenge tells them.
	MaxSkew time.Duration

	// Name and Domain are the NetBIOS names (15 upper case letters at most)
	// that the server gives itself and its domain; "" are "SERVER" and
	// "WORKGROUP". Some clients take Domain for their own, where it is set.
	Name, Domain string

	// DNSName and DNSDomain are the same in DNS. They are left out if "".
	DNSName, DNSDomain string

	// Account returns the name to look up, given what the client sent: a
	// domain (often "", or anything at all) and a name, which may look like
	// user@domain. Nil takes the name as it is.
	Account func(domain, name string) string
}

// Unwrap returns Accounts.
func (n *NTLM) Unwrap() any { return n.Accounts }

// server returns the settings as the protocol's.
func (n *NTLM) server(c *Conn) *ntlm.Server {
	s := &ntlm.Server{
		Name: n.Name, Domain: n.Domain, DNSName: n.DNSName, DNSDomain: n.DNSDomain,
		AllowV1: n.AllowV1, MaxSkew: n.MaxSkew,
		RequireBinding: n.RequireChannelBinding && c.secure(),
	}
	if c.ServerCertificate == nil && !s.RequireBinding {
		return s // what clients bind to is the certificate
	}
	for _, b := range bindings(c) {
		s.Bindings = append(s.Bindings, ntlm.Bind(b.name, b.data))
	}
	return s
}

// canNTLM tells whether accounts serve the mechanism.
func canNTLM(accounts any, mechanism string) bool {
	return can[NTHashLookup](accounts, mechanism) || can[SecretLookup](accounts, mechanism)
}

// ntlmNegotiate is the NTLM mechanism (MS-NLMP; MS-SMTPNTLM, MS-POP3 and
// MS-OXIMAP for how it is carried), its message 1.
func ntlmNegotiate(e *Exchange, response []byte) ([]byte, step, error) {
	settings, ok := as[*NTLM](e.auth.Accounts)
	if !ok {
		settings = &NTLM{}
	}
	h, challenge, err := settings.server(e.conn).Challenge(response)
	if err != nil {
		return nil, nil, ntlmError(err)
	}
	authenticate := func(e *Exchange, response []byte) ([]byte, step, error) {
		return nil, nil, e.ntlmAuthenticate(settings, h, response)
	}
	return challenge, authenticate, nil
}

// ntlmAuthenticate takes message 3.
func (e *Exchange) ntlmAuthenticate(settings *NTLM, h *ntlm.Handshake, response []byte) error {
	r, refused := h.Open(response)
	if r == nil {
		return ntlmError(refused)
	}
	name := r.User
	if settings.Account != nil {
		name = settings.Account(r.Domain, r.User)
	}
	name, err := e.auth.prepareName(name)
	if err != nil {
		return err
	}
	e.claim.User = name
	if refused != nil {
		return ntlmError(refused)
	}
	domain := ""
	if r.Domain != "" {
		if domain, err = e.auth.prepareName(r.Domain); err != nil {
			return err
		}
	}
	if err := e.begin(); err != nil {
		return err
	}
	user, hash, err := e.auth.ntHash(e.ctx, e.conn, domain, name)
	if errors.Is(err, ErrCredentials) {
		rand.Read(hash[:])
		if r.Verify(hash) != nil { // the work of a wrong password
			return err
		}
		return ErrCredentials
	}
	if err != nil {
		return err
	}
	if err := r.Verify(hash); err != nil {
		return ntlmError(err)
	}
	e.identity = Identity{User: user, Mechanism: e.claim.Mechanism}
	return nil
}

// ntHash looks up an account's hash, or makes it of the password. For a name
// without a password it makes one too, and so takes as long.
func (a *Authenticator) ntHash(ctx context.Context, c *Conn, domain, name string) (user string, hash ntlm.Hash, err error) {
	hashes, ok := serving[NTHashLookup](a.Accounts, "NTLM")
	if ok {
		var found [16]byte
		user, found, err = hashes.NTHash(ctx, c, domain, name)
		hash = found
	} else if secrets, able := serving[SecretLookup](a.Accounts, "NTLM"); able {
		var secret string
		user, secret, err = secrets.Secret(ctx, c, name)
		hash = ntlm.PasswordHash(secret)
	} else {
		return "", hash, ErrMechanism
	}
	switch {
	case err != nil && !errors.Is(err, ErrCredentials):
		return "", hash, fmt.Errorf("auth: looking up an NT hash: %w", err)
	case err == nil && user == "":
		return "", hash, errors.New("auth: the accounts found an NT hash without naming the account: return its name")
	case err == nil && (hash == ntlm.Hash{} || hash == ntlm.PasswordHash("")):
		err = fmt.Errorf("%w: the account has no password", ErrCredentials)
	}
	return user, hash, err
}

// ntlmError is the protocol's error as one of this package.
func ntlmError(err error) error {
	if errors.Is(err, ntlm.ErrRefused) {
		return fmt.Errorf("%w: %w", ErrCredentials, err)
	}
	return fmt.Errorf("%w: %w", ErrMalformed, err)
}

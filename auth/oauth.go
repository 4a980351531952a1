package auth

import (
	"encoding/json"
	"errors"
	"fmt"
)

// A TokenError refuses a token and tells the client what would help, as a
// TokenVerifier may do in place of returning ErrCredentials, of which it is a
// kind. What it says goes to the client: it must not hold the token.
type TokenError struct {
	// Status is a code of the OAuth Extensions Error Registry (RFC 6749,
	// 11.4), such as "insufficient_scope"; "" is "invalid_token".
	Status string

	// Scope is a scope that would do, "" if tokens need none.
	Scope string

	// Configuration is the https URL of the OpenID Provider Configuration
	// that fits this user, "" if there is none. XOAUTH2 has no place for it.
	Configuration string
}

// Error gives the status.
func (e *TokenError) Error() string { return "auth: token refused: " + e.status() }

// Unwrap returns ErrCredentials.
func (e *TokenError) Unwrap() error { return ErrCredentials }

func (e *TokenError) status() string {
	if e.Status == "" {
		return "invalid_token" // RFC 6750, 3.1
	}
	return e.Status
}

// oauthBearer is the OAUTHBEARER mechanism (RFC 7628). The name in the GS2
// header is the one whose mail is asked for; whether the token is for it, the
// program says.
func oauthBearer(e *Exchange, response []byte) ([]byte, step, error) {
	m, err := parseOAuthBearer(response)
	if err != nil {
		return nil, nil, err
	}
	if !e.conn.isHost(m.host) {
		return nil, nil, fmt.Errorf("%w: the client meant to connect to another host", ErrCredentials)
	}
	refused, err := e.verifyToken(m.authzid, m.token)
	if refused == nil {
		return nil, nil, err
	}
	// RFC 7628, 3.2.2.
	return e.refuseToken(err, struct {
		Status        string `json:"status"`
		Scope         string `json:"scope,omitempty"`
		Configuration string `json:"openid-configuration,omitempty"`
	}{refused.status(), refused.Scope, refused.Configuration})
}

// xoauth2 is Google's and Microsoft's forerunner of OAUTHBEARER. The answer to a
// token that is refused is HTTP's (RFC 6750, 3) in JSON.
func xoauth2(e *Exchange, response []byte) ([]byte, step, error) {
	m, err := parseXOAuth2(response)
	if err != nil {
		return nil, nil, err
	}
	refused, err := e.verifyToken(m.authzid, m.token)
	if refused == nil {
		return nil, nil, err
	}
	status := "401"
	if refused.Status == "insufficient_scope" {
		status = "403"
	}
	return e.refuseToken(err, struct {
		Status  string `json:"status"`
		Schemes string `json:"schemes"`
		Scope   string `json:"scope,omitempty"`
	}{status, "bearer", refused.Scope})
}

// verifyToken has the accounts check a token. refused is not nil if err is a
// refusal that the client should be told of.
func (e *Exchange) verifyToken(name, token string) (refused *TokenError, err error) {
	if name != "" {
		if name, err = e.auth.prepareName(name); err != nil {
			return nil, err
		}
	}
	e.claim.User = name
	if err := e.begin(); err != nil {
		return nil, err
	}
	verifier, ok := serving[TokenVerifier](e.auth.Accounts, e.claim.Mechanism)
	if !ok {
		return nil, ErrMechanism
	}
	user, err := verifier.VerifyToken(e.ctx, e.conn, name, token)
	switch {
	case errors.Is(err, ErrCredentials):
		if refused, ok := errors.AsType[*TokenError](err); ok {
			return refused, err
		}
		return &TokenError{}, err
	case err != nil:
		return nil, err
	case user == "":
		return nil, fmt.Errorf("auth: %T accepted a token without naming the account: return its name", verifier)
	}
	e.identity = Identity{User: user, Mechanism: e.claim.Mechanism}
	return nil, nil
}

// refuseToken sends the reason as a challenge, because SASL allows no text with
// an outcome (RFC 7628, 3.2.3). Whatever the client answers, the exchange then
// fails: RFC 7628 asks for a single %x01 and XOAUTH2 for nothing. A client that
// cancels instead has failed all the same, and so it is counted and logged now.
func (e *Exchange) refuseToken(refusal error, reason any) ([]byte, step, error) {
	challenge, err := json.Marshal(reason)
	if err != nil {
		return nil, nil, err
	}
	e.settle(refusal)
	e.auth.logFailure(e.ctx, e.conn, e.claim, refusal)
	e.logged = true
	end := func(*Exchange, []byte) ([]byte, step, error) { return nil, nil, refusal }
	return challenge, end, nil
}

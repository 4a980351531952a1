package auth

import (
	"crypto/subtle"
	"errors"
	"fmt"

	"github.com/wirepost/wirepost/auth/internal/scram"
)

// scramBound and scramFree are a SCRAM mechanism with and without channel
// binding (RFC 5802, RFC 7677).
func scramBound(h scram.Hash) step { return clientFirst(scramFirst(h, true)) }
func scramFree(h scram.Hash) step  { return clientFirst(scramFirst(h, false)) }

// scramFirst answers the client's first message with salt and iterations: those
// of the account, or others that look the same if it does not exist.
func scramFirst(h scram.Hash, plus bool) step {
	return func(e *Exchange, response []byte) ([]byte, step, error) {
		first, err := scram.ParseClientFirst(response)
		if err != nil {
			return nil, nil, fmt.Errorf("%w: %w", ErrMalformed, err)
		}
		name, err := e.auth.prepareName(first.Name)
		if err != nil {
			return nil, nil, err
		}
		e.claim.User = name
		if first.Authzid != "" {
			if e.claim.As, err = e.auth.prepareName(first.Authzid); err != nil {
				return nil, nil, err
			}
		}
		channel, err := e.scramBinding(first, plus)
		if err != nil {
			return nil, nil, err
		}
		if err := e.begin(); err != nil {
			return nil, nil, err
		}
		account, err := e.scramAccount(h, name)
		if err != nil {
			return nil, nil, err
		}
		s := &scramServer{
			hash: h, name: name, asked: e.claim.As, account: account, first: first, input: append([]byte(first.Header), channel...),
			answer: scram.ServerFirst{Nonce: first.Nonce + newNonce(), Salt: account.key.Salt, Iterations: account.key.Iterations},
		}
		return []byte(s.answer.String()), s.final, nil
	}
}

// scramBinding returns what the channel binding of the client's choice holds
// (RFC 5802, 6), and refuses a client that was kept from binding.
func (e *Exchange) scramBinding(first scram.ClientFirst, plus bool) ([]byte, error) {
	switch {
	case plus != (first.Flag == 'p'):
		return nil, fmt.Errorf("%w: the name of the mechanism and the flag of channel binding differ", ErrMalformed)
	case first.Flag == 'y' && e.binds:
		return nil, fmt.Errorf("%w: the client saw no channel binding offered, and it was: somebody may stand between", ErrCredentials)
	case first.Flag != 'p':
		return nil, nil
	}
	for _, b := range bindings(e.conn) {
		if b.name == first.Binding {
			return b.data, nil
		}
	}
	return nil, fmt.Errorf("%w: channel binding of a type that is not possible here", ErrMalformed)
}

// scramServer is what the last step needs of the first.
type scramServer struct {
	hash        scram.Hash
	name, asked string
	account     scramAccount
	first       scram.ClientFirst
	answer      scram.ServerFirst
	input       []byte // cbind-input as it must be
}

// final checks the proof, whether the account exists or not, and signs.
func (s *scramServer) final(e *Exchange, response []byte) ([]byte, step, error) {
	m, err := scram.ParseClientFinal(response)
	switch {
	case err != nil:
		return nil, nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	case m.Nonce != s.answer.Nonce:
		return nil, nil, fmt.Errorf("%w: SCRAM nonce of another exchange", ErrMalformed)
	case len(m.Proof) != s.hash.Size:
		return nil, nil, fmt.Errorf("%w: SCRAM proof of the wrong length", ErrMalformed)
	}
	signature, ok := s.hash.Verify(s.account.key, scram.AuthMessage(s.first, s.answer.String(), m), m.Proof)
	switch {
	case s.account.refused != nil:
		return nil, nil, s.account.refused
	case subtle.ConstantTimeCompare(m.Binding, s.input) != 1:
		return nil, nil, fmt.Errorf("%w: SCRAM is bound to another TLS connection: somebody stands between", ErrCredentials)
	case !ok:
		return nil, nil, ErrCredentials
	}
	if err := e.admit(s.account.user, s.name, s.asked); err != nil {
		return nil, nil, err
	}
	return []byte(scram.ServerFinal{Signature: signature}.String()), nil, nil
}

// scramAccount is an account with its key, or the reason for which it cannot log
// in and a key that nobody knows.
type scramAccount struct {
	user    string
	key     scram.Key
	refused error
}

// scramAccount asks the accounts. The error is a temporary failure.
func (e *Exchange) scramAccount(h scram.Hash, name string) (scramAccount, error) {
	mechanism := "SCRAM-" + h.Name
	if lookup, ok := serving[SCRAMLookup](e.auth.Accounts, mechanism); ok {
		user, key, err := lookup.SCRAMKey(e.ctx, e.conn, name, h.Name)
		account := scramAccount{user, scram.Key(key), err}
		switch {
		case errors.Is(err, ErrCredentials):
			return e.auth.nobody(h, name, account), nil
		case err != nil:
			return scramAccount{}, fmt.Errorf("auth: looking up a SCRAM key: %w", err)
		case len(key.Salt) == 0 || key.Iterations < 1 || len(key.StoredKey) != h.Size || len(key.ServerKey) != h.Size:
			return scramAccount{}, fmt.Errorf("%w: the SCRAM key is incomplete, or for another hash than %s", ErrHash, h.Name)
		}
		return account, nil
	}
	user, secret, err := e.auth.secret(e.ctx, e.conn, mechanism, name)
	if err != nil && !errors.Is(err, ErrCredentials) {
		return scramAccount{}, err
	}
	account := e.auth.nobody(h, name, scramAccount{user: user, refused: err})
	derived, err := h.Derive(saslprep(secret), account.key.Salt, account.key.Iterations)
	if err != nil {
		return scramAccount{}, fmt.Errorf("auth: deriving a SCRAM key: %w", err)
	}
	account.key = derived.Key(account.key.Salt, account.key.Iterations)
	return account, nil
}

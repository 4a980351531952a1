package auth

import (
	"context"
	"fmt"

	"github.com/emersion/go-sasl"
)

// Exchange is the server's side of one SASL conversation, made by
// [Authenticator.Start]. It is a sasl.Server. It is for one goroutine, and
// prints without secrets by any verb of fmt.
type Exchange struct {
	// SuccessData, set before the first call of Next, says that the protocol
	// can send data along with the news that the login succeeded (RFC 4422,
	// 3.6), such as NNTP with reply 283. Then the last call of Next may return
	// a challenge with done, to be sent so. Otherwise what the server has to
	// say last, in SCRAM and DIGEST-MD5, is a challenge like any other, and the
	// client's answer to it is empty.
	SuccessData bool

	ctx      context.Context // of the command that runs the exchange
	auth     *Authenticator
	conn     *Conn
	binds    bool     // a mechanism with channel binding was offered
	next     step     // nil when there is nothing more to come
	claim    Identity // the mechanism, and who the client says it is, for the log
	identity Identity
	err      error

	guarded bool        // the Guard has been asked, or is not to be
	done    func(error) // tells it the outcome; nil if there is nothing to tell
	logged  bool        // the failure has been
}

var _ sasl.Server = (*Exchange)(nil)

// A step answers one message of the client with a challenge and the step that
// takes the answer to it, or without a next step when the client is who it says:
// then the challenge, if not nil, is what the server has to say last. What a step
// hands to the next, secrets above all, it hands over in a closure, where nothing
// prints it.
type step func(e *Exchange, response []byte) (challenge []byte, next step, err error)

// clientFirst asks for the first message of a mechanism in which the client
// begins, if it came without an initial response (RFC 4422, 5, item 2a).
func clientFirst(first step) step {
	return func(e *Exchange, response []byte) ([]byte, step, error) {
		if response == nil {
			return []byte{}, first, nil
		}
		return first(e, response)
	}
}

// Next takes the client's message and returns the challenge to send. In the
// first call nil means that no initial response came, and an empty slice that
// an empty one did; later the two are the same. With done the client is logged
// in as Identity says; a challenge comes with it only by SuccessData. After an
// error, which is one of the table's at ErrCredentials, the exchange has failed
// and each further call returns it again; a message after the end makes it fail too.
func (e *Exchange) Next(response []byte) (challenge []byte, done bool, err error) {
	if e.err != nil {
		return nil, false, e.err
	}
	current := e.next
	e.next = nil // so that a panic in a step leaves nothing to go on with
	if current == nil {
		e.identity = Identity{}
		e.err = fmt.Errorf("%w: %w", ErrMalformed, sasl.ErrUnexpectedClientResponse)
		return nil, false, e.err
	}
	challenge, next, err := current(e, response)
	err = e.hold(next == nil, err)
	if err != nil {
		e.identity = Identity{}
		e.err = err
		if !e.logged {
			e.auth.logFailure(e.ctx, e.conn, e.claim, err)
		}
		return nil, false, err
	}
	if next == nil && challenge != nil && !e.SuccessData {
		next = theLastWord
	}
	e.next = next
	return challenge, next == nil, nil
}

// theLastWord takes the empty answer to what the server said last.
func theLastWord(_ *Exchange, response []byte) ([]byte, step, error) {
	if len(response) > 0 {
		return nil, nil, fmt.Errorf("%w: the answer to the last challenge is not empty", ErrMalformed)
	}
	return nil, nil, nil
}

// Identity is who logged in, once Next has returned done; before, and after a
// failure, it is nobody.
func (e *Exchange) Identity() Identity {
	if e.next != nil || e.err != nil {
		return Identity{}
	}
	return e.identity
}

// String names the mechanism and how far the exchange is.
func (e *Exchange) String() string {
	state := "going on"
	switch {
	case e.err != nil:
		state = "failed"
	case e.next == nil:
		state = "done"
	}
	return fmt.Sprintf("auth.Exchange(%s, %s)", e.claim.Mechanism, state)
}

// GoString is String: %#v shows no more than %v.
func (e *Exchange) GoString() string { return e.String() }

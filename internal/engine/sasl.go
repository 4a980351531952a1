package engine

import (
	"encoding/base64"
	"errors"
	"fmt"
)

// Why an exchange ends before its mechanism does.
var (
	ErrCancelled = errors.New("login cancelled")                      // by a "*" (RFC 4954, 4; RFC 9051, 6.2.2; RFC 5034, 4; RFC 4643, 2.4.2)
	ErrNoAnswer  = errors.New("no answer to a challenge")             // wraps why
	ErrMalformed = errors.New("an answer that nobody can understand") // no base64, or more than the mechanism waits for
)

// A Mechanism is an exchange under way, such as *auth.Exchange.
type Mechanism interface {
	Next(response []byte) (challenge []byte, done bool, err error)
}

// Exchange passes challenges and responses until the mechanism is done, for
// protocols that have no room for its last word in the reply to success: that
// goes as one more challenge, whose response is empty. Response is the initial
// one, nil if there is none. Ask sends a challenge and returns what Response
// makes of the answer.
func Exchange(m Mechanism, response []byte, ask func(challenge []byte) ([]byte, error)) error {
	for {
		challenge, done, err := m.Next(response)
		if err != nil || done && len(challenge) == 0 {
			return err
		}
		if response, err = ask(challenge); err != nil {
			return err
		}
		if done {
			if len(response) > 0 {
				return ErrMalformed
			}
			return nil
		}
	}
}

// Response decodes the line that answers a challenge. Err is that of reading it.
func Response(line []byte, err error) ([]byte, error) {
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrNoAnswer, err)
	case string(line) == "*":
		return nil, ErrCancelled
	}
	response, err := base64.StdEncoding.Strict().DecodeString(string(line))
	if err != nil {
		return nil, ErrMalformed
	}
	return response, nil
}

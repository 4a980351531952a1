package scram

import (
	"strconv"
	"strings"
)

// ServerFirst is the server-first-message.
type ServerFirst struct {
	Nonce      string // begins with the client's
	Salt       []byte
	Iterations int
}

// String is the message.
func (m ServerFirst) String() string {
	return "r=" + m.Nonce + ",s=" + encode(m.Salt) + ",i=" + strconv.Itoa(m.Iterations)
}

// ParseServerFirst reads a server-first-message.
func ParseServerFirst(b []byte) (ServerFirst, error) {
	s, err := checkMessage(b)
	if err != nil {
		return ServerFirst{}, err
	}
	var m ServerFirst
	var salt, iterations string
	if m.Nonce, s, err = attribute(s, 'r'); err != nil {
		return ServerFirst{}, err
	}
	if err := checkNonce(m.Nonce); err != nil {
		return ServerFirst{}, err
	}
	if salt, s, err = attribute(s, 's'); err != nil {
		return ServerFirst{}, err
	}
	if m.Salt, err = data(salt); err != nil {
		return ServerFirst{}, err
	}
	if len(m.Salt) > maxSalt {
		return ServerFirst{}, syntax("SCRAM salt that is too long")
	}
	if iterations, s, err = attribute(s, 'i'); err != nil {
		return ServerFirst{}, err
	}
	if m.Iterations, err = number(iterations); err != nil {
		return ServerFirst{}, err
	}
	return m, checkExtensions(s)
}

// ServerFinal is the server-final-message: the signature, or why there is none.
type ServerFinal struct {
	Signature []byte
	Error     string // such as "invalid-proof"; "" with a Signature
}

// String is the message.
func (m ServerFinal) String() string {
	if m.Error != "" {
		return "e=" + m.Error
	}
	return "v=" + encode(m.Signature)
}

// ParseServerFinal reads a server-final-message. The Error holds letters, digits
// and hyphens only, so that it can be shown.
func ParseServerFinal(b []byte) (ServerFinal, error) {
	s, err := checkMessage(b)
	if err != nil {
		return ServerFinal{}, err
	}
	if strings.HasPrefix(s, "e=") {
		text, rest, err := attribute(s, 'e')
		if err != nil {
			return ServerFinal{}, err
		}
		if !isBinding(text) { // the same characters
			text = "other-error" // RFC 5802, 7: what is not known is that
		}
		return ServerFinal{Error: text}, checkExtensions(rest)
	}
	signature, rest, err := attribute(s, 'v')
	if err != nil {
		return ServerFinal{}, err
	}
	var m ServerFinal
	if m.Signature, err = data(signature); err != nil {
		return ServerFinal{}, err
	}
	return m, checkExtensions(rest)
}

// AuthMessage is what both sides sign (RFC 5802, 3): the messages as they were
// sent.
func AuthMessage(first ClientFirst, serverFirst string, final ClientFinal) string {
	return first.Bare + "," + serverFirst + "," + final.Unproven
}

package auth

import (
	"bytes"
	"fmt"
)

// plain is the PLAIN mechanism (RFC 4616): one message, and the end.
func plain(e *Exchange, response []byte) ([]byte, step, error) {
	m, err := parsePlain(response)
	if err != nil {
		return nil, nil, err
	}
	name, err := e.auth.prepareName(m.authcid)
	if err != nil {
		return nil, nil, err
	}
	return nil, nil, e.logIn(m.authzid, name, m.passwd)
}

// plainMessage is PLAIN's one message, by the grammar's names.
type plainMessage struct {
	authzid string // the account to act as, "" for authcid's own
	authcid string // the account whose password it is
	passwd  string
}

// parsePlain reads [authzid] NUL authcid NUL passwd (RFC 4616, 2). That the
// parts are UTF-8 is found when they are prepared.
func parsePlain(b []byte) (plainMessage, error) {
	authzid, rest, one := bytes.Cut(b, nul)
	authcid, passwd, two := bytes.Cut(rest, nul)
	switch {
	case !one || !two || bytes.Contains(passwd, nul):
		return plainMessage{}, fmt.Errorf("%w: PLAIN wants two NULs", ErrMalformed)
	case len(authcid) == 0 || len(passwd) == 0:
		return plainMessage{}, fmt.Errorf("%w: PLAIN with an empty name or password", ErrMalformed)
	}
	return plainMessage{string(authzid), string(authcid), string(passwd)}, nil
}

var nul = []byte{0}

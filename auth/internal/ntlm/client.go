package ntlm

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"time"
)

// Client answers challenges. It is for one login.
type Client struct {
	Domain, User string
	Hash         Hash    // PasswordHash of the password
	Workstation  string  // "" is fine
	Target       string  // the service principal name, such as "HTTP/host"; may be ""
	Binding      Binding // zero without TLS

	extra     Flags // what tests ask for besides
	negotiate []byte
}

// wanted is what a client asks for.
const wanted = flagUnicode | flagRequestTarget | flagNTLM | flagAlwaysSign | flagESS | flagTargetInfo | flagVersion | flag128 | flag56

// Negotiate returns message 1.
func (c *Client) Negotiate() []byte {
	c.negotiate = makeNegotiate(wanted | c.extra)
	return append([]byte(nil), c.negotiate...)
}

// Authenticate answers message 2 by message 3: NTLMv2, with a MIC if the server
// says what time it is (MS-NLMP, 3.1.5.1.2).
func (c *Client) Authenticate(b []byte) ([]byte, error) {
	ch, err := parseChallenge(b)
	if err != nil {
		return nil, err
	}
	if !ch.flags.has(flagUnicode) || !ch.flags.has(flagNTLM) {
		return nil, fmt.Errorf("%w: the server wants what was not offered (flags %08x)", ErrMalformed, uint32(ch.flags))
	}
	info, stamp, err := c.info(ch.info)
	if err != nil {
		return nil, err
	}
	now, lm := fileTime(time.Now()), make([]byte, 24)
	var nonce [8]byte
	rand.Read(nonce[:])
	key := c.Hash.v2(c.User, c.Domain)
	if stamp != 0 {
		now = stamp
	} else {
		lm = lmV2(key, ch.nonce, nonce)
	}
	client := blob(now, nonce, info)
	p := proof(key, ch.nonce, client)
	a := authenticate{
		lm: lm, nt: append(p, client...),
		domain: encode(c.Domain), user: encode(c.User), host: encode(c.Workstation),
		flags: ch.flags,
	}
	session := baseV2(key, p)
	if ch.flags.has(flagKeyExchange) && ch.flags&(flagSign|flagSeal) != 0 {
		own := make([]byte, 16)
		rand.Read(own)
		a.sessionKey = rc4K(session, own)
		session = own
	}
	out := a.bytes()
	if stamp != 0 {
		copy(out[micOffset:], mic(session, c.negotiate, b, out))
	}
	return out, nil
}

// info returns the server's AV pairs with the client's in them, and the
// server's time if it says one. Pairs that only a client sends are dropped.
func (c *Client) info(server []byte) (info []byte, stamp uint64, err error) {
	err = eachAV(server, func(id avID, value []byte) {
		switch id {
		case avFlags, avTargetName, avChannelBindings:
			return
		case avTimestamp:
			if len(value) == 8 {
				stamp = binary.LittleEndian.Uint64(value)
			}
		}
		info = appendAV(info, id, value)
	})
	if err != nil {
		return nil, 0, err
	}
	if stamp != 0 {
		info = appendAV(info, avFlags, []byte{avFlagMIC, 0, 0, 0})
	}
	if c.Binding != (Binding{}) || stamp != 0 {
		info = appendAV(info, avChannelBindings, c.Binding[:])
	}
	if c.Target != "" {
		info = appendAV(info, avTargetName, encode(c.Target))
	}
	return appendAV(info, avEOL, nil), stamp, nil
}

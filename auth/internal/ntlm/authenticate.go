package ntlm

import "encoding/binary"

// authenticate is message 3 (MS-NLMP, 2.2.1.3).
type authenticate struct {
	lm, nt             []byte // the responses
	domain, user, host []byte // in the encoding of the flags
	sessionKey         []byte // encrypted
	flags              Flags
	hasMIC             bool // there is room for one
}

const (
	oldHeader  = 52 // of Windows 95: without session key and flags
	flagHeader = 64 // with them
	micOffset  = 72
	micHeader  = 88 // with version and MIC
)

// parseAuthenticate reads message 3. How long its header is shows only in
// where the payload begins. offered are the flags of the challenge, which hold
// if the message has none.
func parseAuthenticate(b []byte, offered Flags) (authenticate, error) {
	m, err := open(b, typeAuthenticate, oldHeader)
	if err != nil {
		return authenticate{}, err
	}
	a := authenticate{flags: offered}
	for _, f := range []struct {
		at   int
		into *[]byte
	}{{12, &a.lm}, {20, &a.nt}, {28, &a.domain}, {36, &a.user}, {44, &a.host}} {
		if *f.into, err = m.field(f.at, oldHeader); err != nil {
			return authenticate{}, err
		}
	}
	if m.start() >= flagHeader {
		a.flags = Flags(binary.LittleEndian.Uint32(b[60:]))
		if a.sessionKey, err = m.field(52, flagHeader); err != nil {
			return authenticate{}, err
		}
		a.hasMIC = m.start() >= micHeader
	}
	return a, nil
}

// bytes makes the message, with room for a MIC, all zero as yet.
func (a authenticate) bytes() []byte {
	m := build(typeAuthenticate, micHeader)
	m.field(28, a.domain)
	m.field(36, a.user)
	m.field(44, a.host)
	m.field(12, a.lm)
	m.field(20, a.nt)
	m.field(52, a.sessionKey)
	binary.LittleEndian.PutUint32(m.b[60:], uint32(a.flags))
	if a.flags.has(flagVersion) {
		copy(m.b[64:], version[:])
	}
	return m.b
}

package ntlm

import (
	"cmp"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"time"
)

// ErrRefused is wrapped by the errors about logins that are not accepted,
// whatever the reason.
var ErrRefused = errors.New("ntlm: login refused")

// Server makes challenges and checks what comes back. The zero value is ready.
// The fields must not change once it is in use.
type Server struct {
	// The names by which the server presents itself, none of which need be
	// true: NetBIOS names in upper case, and DNS names. The first two are ""
	// for "SERVER" and "WORKGROUP"; the others are left out if "".
	Name, Domain, DNSName, DNSDomain string

	// AllowV1 permits NTLMv1 and NTLM2 session responses.
	AllowV1 bool

	// Bindings are the channel bindings that a client may show. If there are
	// any, or RequireBinding is set, what a client shows must be among them.
	Bindings []Binding

	// RequireBinding refuses who shows none.
	RequireBinding bool

	// MaxSkew is how far the clock of an NTLMv2 client may be off: 0 is the
	// 36 hours of Windows, less than 0 any time. It hardly matters for those
	// that follow the time in the challenge, and a challenge serves once anyhow.
	MaxSkew time.Duration
}

// A Handshake is a challenge that waits for its answer.
type Handshake struct {
	server    *Server
	negotiate []byte
	challenge []byte
	flags     Flags
	nonce     [8]byte
	used      bool
}

// Challenge answers message 1 by message 2. It keeps a copy of the one and
// expects the other to be sent as it is.
func (s *Server) Challenge(negotiate []byte) (*Handshake, []byte, error) {
	asked, err := parseNegotiate(negotiate)
	if err != nil {
		return nil, nil, err
	}
	c := challenge{flags: asked&granted | flagNTLM | flagTargetInfo, info: s.info(time.Now())}
	switch {
	case asked.has(flagUnicode):
		c.flags |= flagUnicode
	case asked.has(flagOEM):
		c.flags |= flagOEM
	default:
		return nil, nil, fmt.Errorf("%w: the client takes neither Unicode nor OEM strings", ErrMalformed)
	}
	if asked.has(flagRequestTarget) {
		name, kind := cmp.Or(s.Name, defaultName), flagTargetServer
		if s.Domain != "" {
			name, kind = s.Domain, flagTargetDomain
		}
		c.flags |= flagRequestTarget | kind
		c.target = encodeFor(name, c.flags)
	}
	rand.Read(c.nonce[:])
	h := &Handshake{server: s, negotiate: append([]byte(nil), negotiate...), flags: c.flags, nonce: c.nonce}
	h.challenge = c.bytes()
	return h, append([]byte(nil), h.challenge...), nil
}

const (
	defaultName   = "SERVER"
	defaultDomain = "WORKGROUP"
)

// info describes the server, in the order of Windows. The time has clients of
// today send a MIC. There are no avFlags: with them Windows computes the MIC in
// a way that nobody else understands.
func (s *Server) info(now time.Time) []byte {
	b := appendAV(nil, avNbDomainName, encode(cmp.Or(s.Domain, defaultDomain)))
	b = appendAV(b, avNbComputerName, encode(cmp.Or(s.Name, defaultName)))
	if s.DNSDomain != "" {
		b = appendAV(b, avDNSDomainName, encode(s.DNSDomain))
	}
	if s.DNSName != "" {
		b = appendAV(b, avDNSComputerName, encode(s.DNSName))
	}
	b = appendAV(b, avTimestamp, binary.LittleEndian.AppendUint64(nil, fileTime(now)))
	return appendAV(b, avEOL, nil)
}

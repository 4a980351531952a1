package ntlm

import (
	"cmp"
	"crypto/hmac"
	"encoding/binary"
	"fmt"
	"slices"
	"time"
)

// A Response is a client's claim, as yet unchecked.
type Response struct {
	Domain      string // as sent; any clients send anything
	User        string // as sent, never ""
	Workstation string // as sent

	h       *Handshake
	message []byte
	a       authenticate
	v2      bool
	hasMIC  bool
}

// Open reads message 3 and applies the rules for which no password is needed:
// who breaks them is ErrRefused whoever he is. A handshake opens once.
func (h *Handshake) Open(b []byte) (*Response, error) {
	if h.used {
		return nil, fmt.Errorf("%w: the challenge has been used", ErrRefused)
	}
	h.used = true
	a, err := parseAuthenticate(b, h.flags)
	if err != nil {
		return nil, err
	}
	r := &Response{h: h, message: append([]byte(nil), b...), a: a}
	for _, f := range []struct {
		in   []byte
		into *string
	}{{a.domain, &r.Domain}, {a.user, &r.User}, {a.host, &r.Workstation}} {
		if *f.into, err = decode(f.in, a.flags); err != nil {
			return nil, err
		}
	}
	switch {
	case r.User == "" || len(a.nt) == 0 && len(a.lm) <= 1:
		return nil, fmt.Errorf("%w: anonymous", ErrRefused)
	case len(a.nt) == 0:
		return nil, fmt.Errorf("%w: an LM response alone", ErrRefused)
	case len(a.nt) == 24:
		return r, r.checkV1()
	}
	return r, r.checkV2(time.Now())
}

func (r *Response) checkV1() error {
	switch s := r.h.server; {
	case !s.AllowV1:
		return fmt.Errorf("%w: NTLMv1 is not allowed here: have the client use NTLMv2, or set AllowV1", ErrRefused)
	case s.RequireBinding:
		return fmt.Errorf("%w: NTLMv1 has no channel binding", ErrRefused)
	case r.ess() && len(r.a.lm) != 24:
		return fmt.Errorf("%w: no client challenge", ErrMalformed)
	}
	return nil
}

// ess reports whether a response of 24 octets is one of extended session
// security, which both sides must have agreed on.
func (r *Response) ess() bool { return r.h.flags.has(flagESS) && r.a.flags.has(flagESS) }

func (r *Response) checkV2(now time.Time) error {
	r.v2 = true
	if len(r.a.nt) < 16+blobHeader || r.a.nt[16] != 1 || r.a.nt[17] != 1 {
		return fmt.Errorf("%w: no NTLMv2 response", ErrMalformed)
	}
	b := r.a.nt[16:]
	skew := cmp.Or(r.h.server.MaxSkew, 36*time.Hour)
	if d := now.Sub(goTime(binary.LittleEndian.Uint64(b[8:]))); skew > 0 && d.Abs() > skew {
		return fmt.Errorf("%w: the client's clock is %v off", ErrRefused, d.Round(time.Minute))
	}
	var binding Binding
	bad := false
	if err := eachAV(b[blobHeader:], func(id avID, value []byte) {
		switch id {
		case avFlags:
			bad = bad || len(value) != 4
			if len(value) == 4 && value[0]&avFlagMIC != 0 {
				r.hasMIC = true
			}
		case avChannelBindings:
			bad = bad || len(value) != len(binding) || binding != Binding{}
			copy(binding[:], value)
		}
	}); err != nil {
		return err
	}
	switch s := r.h.server; {
	case bad:
		return fmt.Errorf("%w: AV pairs of a wrong length, or twice", ErrMalformed)
	case r.hasMIC && !r.a.hasMIC:
		return fmt.Errorf("%w: the MIC is missing", ErrRefused)
	case binding == Binding{} && s.RequireBinding:
		return fmt.Errorf("%w: no channel binding", ErrRefused)
	case binding != Binding{} && (s.RequireBinding || len(s.Bindings) > 0) && !slices.Contains(s.Bindings, binding):
		return fmt.Errorf("%w: bound to another TLS connection", ErrRefused)
	}
	return nil
}

// Verify checks the response by the hash of the account's password. It takes
// the same time for any hash.
func (r *Response) Verify(hash Hash) error {
	if !r.v2 {
		if hmac.Equal(r.expectV1(hash), r.a.nt) {
			return nil
		}
		return ErrRefused
	}
	// The domain ought to be as sent. There are clients that compute with it
	// in upper case, or with none (MS-NLMP, 3.2.5.1.2).
	var base []byte
	for _, domain := range []string{r.Domain, upper(r.Domain), ""} {
		key := hash.v2(r.User, domain)
		if p := proof(key, r.h.nonce, r.a.nt[16:]); hmac.Equal(p, r.a.nt[:16]) {
			base = baseV2(key, p)
		}
	}
	switch {
	case base == nil:
		return ErrRefused
	case r.hasMIC && !hmac.Equal(r.mic(base), r.message[micOffset:micHeader]):
		return fmt.Errorf("%w: the MIC is wrong: the messages were changed on their way", ErrRefused)
	}
	return nil
}

func (r *Response) expectV1(hash Hash) []byte {
	if r.ess() {
		return ntESS(hash, r.h.nonce, r.a.lm)
	}
	return ntV1(hash, r.h.nonce)
}

// mic computes the MIC by the key that was exchanged, or else by the base key.
func (r *Response) mic(base []byte) []byte {
	key := base
	if r.a.flags.has(flagKeyExchange) && len(r.a.sessionKey) == 16 {
		key = rc4K(base, r.a.sessionKey)
	}
	return mic(key, r.h.negotiate, r.h.challenge, r.message)
}

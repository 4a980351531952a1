package httpauth

import (
	"context"
	"encoding/base64"
	"slices"

	"github.com/wirepost/wirepost/auth"
)

func ableNTLM(h *Handler, a *attempt) bool {
	return a.state != nil && slices.Contains(h.Auth.Offer(a.conn), "NTLM")
}

// A handshake is an NTLM login of which message 2 has been sent.
type handshake struct {
	exchange *auth.Exchange
	scheme   string
	cancel   context.CancelFunc // of the exchange's context
}

// serveNTLM takes a message as it is (MS-NTHT, 2).
func serveNTLM(h *Handler, a *attempt, given credentials) verdict {
	message, err := base64.StdEncoding.DecodeString(given.token)
	if err != nil || len(message) == 0 {
		return verdict{err: errBadRequest}
	}
	v, out := h.ntlm(a, "NTLM", message)
	v.token = base64.StdEncoding.EncodeToString(out)
	return v
}

// serveNegotiate takes a message as it is or in SPNEGO's wrapping, and answers
// likewise.
func serveNegotiate(h *Handler, a *attempt, given credentials) verdict {
	b, err := base64.StdEncoding.DecodeString(given.token)
	if err != nil || len(b) == 0 {
		return verdict{err: errBadRequest}
	}
	if isNTLM(b, 1) || isNTLM(b, 3) {
		v, out := h.ntlm(a, "Negotiate", b)
		v.token = base64.StdEncoding.EncodeToString(out)
		return v
	}
	message, err := unwrapSPNEGO(b)
	if err != nil {
		return verdict{err: err}
	}
	var v verdict
	var out []byte
	if message != nil {
		v, out = h.ntlm(a, "Negotiate", message)
	} else {
		a.state.logout() // the client would rather have another mechanism, and may go on by NTLM
	}
	if v.err == nil {
		v.token = base64.StdEncoding.EncodeToString(wrapSPNEGO(out, v.identity.User != ""))
	}
	return v
}

// ntlm runs the mechanism of package auth, whose messages 1 and 3 come in
// different requests of one connection.
func (h *Handler) ntlm(a *attempt, scheme string, message []byte) (v verdict, out []byte) {
	ctx := a.request.Context()
	p := a.state.take()
	if isNTLM(message, 1) {
		// It outlives this request, and is under way only in the next one.
		own, cancel := context.WithCancel(context.WithoutCancel(ctx))
		exchange, err := h.Auth.Start(own, a.conn, "NTLM")
		if err != nil {
			cancel()
			return verdict{err: err}, nil
		}
		p = &handshake{exchange: exchange, scheme: scheme, cancel: cancel}
	}
	if p == nil || p.scheme != scheme {
		return verdict{err: auth.ErrMalformed}, nil
	}
	stop := context.AfterFunc(ctx, p.cancel)
	out, done, err := p.exchange.Next(message)
	unspoilt := stop()
	switch {
	case err != nil:
		p.cancel()
		return verdict{err: err}, nil
	case done:
		p.cancel()
		return verdict{identity: p.exchange.Identity()}, nil
	case unspoilt:
		a.state.await(p)
	}
	return verdict{}, out
}

// isNTLM reports whether b is that message of NTLM.
func isNTLM(b []byte, kind byte) bool {
	return len(b) > 8 && string(b[:8]) == "NTLMSSP\x00" && b[8] == kind
}

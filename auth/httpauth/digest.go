package httpauth

import (
	"context"
	"fmt"
	"time"

	"github.com/wirepost/wirepost/auth"
)

// Digest has the settings of that scheme. The zero value is what clients of
// today understand.
type Digest struct {
	// Algorithms are offered, one WWW-Authenticate line each, in this order:
	// "SHA-512-256", "SHA-256", "MD5", and those with "-sess". Nil is SHA-256
	// and MD5. For clients of RFC 2617 that look at the first line only, or
	// stumble over a name they do not know, it is {"MD5"}.
	Algorithms []string

	// Integrity offers auth-int besides auth: the client may protect the body
	// too, which is then read into memory before the login, up to MaxBody.
	Integrity bool

	// Life is how long a nonce serves. Then the client gets a new one, and
	// takes it without asking its user. 0 is 5 minutes.
	Life time.Duration

	// AllowRepeats takes a count (nc) again, which clients that always say 1
	// need (Miranda's RVP, for one). Whoever listens can then send a request
	// again as long as its nonce lives.
	AllowRepeats bool
}

// A UserHashLookup knows the names of accounts by hash. Accounts that are one
// let clients of Digest hide the name (RFC 7616, 3.4.4).
type UserHashLookup interface {
	// UserHash returns the name, as the client would have sent it, whose hash
	// is this: in lower case hex, by an algorithm such as "SHA-256", of the
	// name, a colon and the realm. auth.ErrCredentials if there is none.
	UserHash(ctx context.Context, c *auth.Conn, algorithm, realm, hash string) (name string, err error)
}

// ableDigest wants what DIGEST-MD5 wants, of which the scheme is the elder twin.
func ableDigest(h *Handler, _ *attempt) bool {
	_, ok := implementing[auth.SecretLookup](h.Auth.Accounts)
	return ok && h.Auth.Floor <= auth.FloorLegacy
}

// implementing finds what implements T in accounts, or in what they wrap, and
// serves the mechanism just now.
func implementing[T any](accounts any) (found T, ok bool) {
	for {
		t, is := accounts.(T)
		if s, selective := accounts.(auth.Selective); is && (!selective || s.Serves("DIGEST-MD5")) {
			return t, true
		}
		u, is := accounts.(auth.Unwrapper)
		if !is {
			return found, false
		}
		accounts = u.Unwrap()
	}
}

func (h *Handler) digestAlgorithms() []string {
	if h.Digest.Algorithms != nil {
		return h.Digest.Algorithms
	}
	return []string{"SHA-256", "MD5"}
}

// digestChallenges are one for each algorithm (RFC 7616, 3.3 and 3.7).
func digestChallenges(h *Handler, a *attempt) (list []string) {
	qop, more := qopAuth, ", charset=UTF-8"
	if h.Digest.Integrity {
		qop += "," + qopInt
	}
	if a.stale {
		more += ", stale=true"
	}
	if _, ok := implementing[UserHashLookup](h.Auth.Accounts); ok {
		more += ", userhash=true"
	}
	nonce := h.nonces.make(now())
	for _, name := range h.digestAlgorithms() {
		if i, ok := algorithmOf(name); ok {
			list = append(list, fmt.Sprintf("realm=%s, qop=%s, algorithm=%s, nonce=%s%s",
				quote(h.realm()), quote(qop), algorithms[i].name, quote(nonce), more))
		}
	}
	return list
}

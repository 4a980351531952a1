package auth

import (
	"slices"

	"github.com/wirepost/wirepost/auth/internal/scram"
	"github.com/wirepost/wirepost/internal/ascii"
)

// A mechanism is one line of the table below.
type mechanism struct {
	name     string // as registered with IANA
	strength Floor  // the highest that leaves it in
	needs    need
	able     func(accounts any, mechanism string) bool // can these accounts serve it?
	first    step                                      // takes the initial response
}

// mechanisms are all that the package speaks, best first. Those bound to the TLS
// connection stand before the others, because a client that knows binding may
// not use SCRAM without it where it is offered (RFC 5802, 6). PLAIN stands before
// the legacy ones: where it is offered TLS protects it, and an account that they
// cannot serve can log in by it. PLAIN stands before LOGIN, which is obsolete and
// takes a round trip more. ANONYMOUS is last: it is for those who have no account.
var mechanisms = []mechanism{
	{"SCRAM-SHA-256-PLUS", FloorBound, binding, canSCRAM, scramBound(scram.SHA256())},
	{"SCRAM-SHA-1-PLUS", FloorBound, binding, canSCRAM, scramBound(scram.SHA1())},
	{"SCRAM-SHA-256", FloorProof, nothing, canSCRAM, scramFree(scram.SHA256())},            // RFC 7677
	{"SCRAM-SHA-1", FloorProof, nothing, canSCRAM, scramFree(scram.SHA1())},                // RFC 5802
	{"EXTERNAL", FloorBound, certificate, can[CertificateMapper], clientFirst(external)},   // RFC 4422, A
	{"OAUTHBEARER", FloorPlaintext, secrecy, can[TokenVerifier], clientFirst(oauthBearer)}, // RFC 7628
	{"XOAUTH2", FloorPlaintext, secrecy, can[TokenVerifier], clientFirst(xoauth2)},         // Google, 2012
	{"PLAIN", FloorPlaintext, secrecy, can[PasswordVerifier], clientFirst(plain)},          // RFC 4616
	{"LOGIN", FloorPlaintext, secrecy, can[PasswordVerifier], login},                       // draft-murchison-sasl-login-00
	{"DIGEST-MD5", FloorLegacy, nothing, can[SecretLookup], digestMD5},                     // RFC 2831
	{"CRAM-MD5", FloorLegacy, nothing, can[SecretLookup], cramMD5},                         // RFC 2195
	{"NTLM", FloorLegacy, nothing, canNTLM, clientFirst(ntlmNegotiate)},                    // MS-NLMP
	{"ANONYMOUS", FloorBound, nothing, can[AnonymousAccount], clientFirst(anonymous)},      // RFC 4505
}

// password tells the mechanisms that stand for the commands that carry a
// password too.
func (m mechanism) password() bool { return m.name == "PLAIN" || m.name == "LOGIN" }

// canSCRAM tells whether accounts have the keys, or what they follow from.
func canSCRAM(accounts any, mechanism string) bool {
	return can[SCRAMLookup](accounts, mechanism) || can[SecretLookup](accounts, mechanism)
}

// enabled returns the mechanisms that the accounts and the program's choice
// leave, in order of preference, whatever the connection.
func (a *Authenticator) enabled() []mechanism {
	if a == nil || a.Accounts == nil {
		return nil
	}
	candidates := mechanisms
	if a.Mechanisms != nil {
		candidates = chosen(a.Mechanisms)
	}
	var found []mechanism
	for _, m := range candidates {
		if m.strength >= a.Floor && m.able(a.Accounts, m.name) {
			found = append(found, m)
		}
	}
	return found
}

// chosen returns the mechanisms of these names, each once.
func chosen(names []string) []mechanism {
	var found []mechanism
	for _, name := range names {
		i := indexMechanism(mechanisms, name)
		if i >= 0 && indexMechanism(found, name) < 0 {
			found = append(found, mechanisms[i])
		}
	}
	return found
}

func indexMechanism(list []mechanism, name string) int {
	return slices.IndexFunc(list, func(m mechanism) bool { return ascii.EqualFold(m.name, name) })
}

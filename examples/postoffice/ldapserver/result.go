package ldapserver

import "golang.org/x/crypto/cryptobyte"

// Result codes of RFC 4511, appendix A.
const (
	success                      = 0
	operationsError              = 1
	protocolError                = 2
	timeLimitExceeded            = 3
	sizeLimitExceeded            = 4
	compareFalse                 = 5
	compareTrue                  = 6
	authMethodNotSupported       = 7
	strongerAuthRequired         = 8 // of a notice: what led to the login holds no longer
	adminLimitExceeded           = 11
	unavailableCriticalExtension = 12
	confidentialityRequired      = 13
	saslBindInProgress           = 14
	noSuchAttribute              = 16
	undefinedAttributeType       = 17
	inappropriateMatching        = 18
	noSuchObject                 = 32
	invalidDNSyntax              = 34
	invalidCredentials           = 49
	insufficientAccessRights     = 50
	busy                         = 51
	unavailable                  = 52
	unwillingToPerform           = 53
)

// A reply ends an operation (RFC 4511, 4.1.9).
type reply struct {
	code     int
	text     string // for people
	matched  string // the nearest entry above one that there is not
	controls []control

	sasl  []byte // for the mechanism; nil is none
	name  string // of an extended response; "" is none
	value []byte // of an extended response; nil is none
	then  func() // after it was sent
}

func refuse(code int, text string) reply { return reply{code: code, text: text} }

func (r reply) fill(b *cryptobyte.Builder) {
	b.AddASN1Enum(int64(r.code))
	addText(b, tagOctets, r.matched)
	addText(b, tagOctets, r.text)
	if r.sasl != nil {
		addText(b, 0x87, string(r.sasl))
	}
	if r.name != "" {
		addText(b, 0x8a, r.name)
	}
	if r.value != nil {
		addText(b, 0x8b, string(r.value))
	}
}

// goodbye is a Notice of Disconnection (RFC 4511, 4.4.1).
func goodbye(code int, text string) reply {
	return reply{code: code, text: text, name: "1.3.6.1.4.1.1466.20036"}
}

package dnsresolve

import (
	"context"
	"net/netip"
	"strconv"
	"time"
)

// A Resolver looks names up. Client is one, System another, and a test's may be
// a map. Its method may be called by several goroutines at once.
type Resolver interface {
	// Lookup returns the records of one type that a name has. The name is
	// absolute, with or without its final dot; no search list applies. Aliases
	// are followed, if t is not TypeCNAME.
	//
	// Without records the error is an *Error, whose Kind tells a name that
	// does not exist from one that could not be looked up. For NotExist and
	// NoData the Answer has all but records; it is empty for other errors.
	Lookup(ctx context.Context, name string, t Type) (Answer, error)
}

// An Answer is what a Resolver found. Its octets are shared: they must not be
// changed, but the slice of records is the caller's.
type Answer struct {
	// Name is what was asked for, and Canonical the end of its chain of
	// aliases; they are the same if it is no alias. Both are in lower case and
	// without the final dot, except for the root, ".".
	Name, Canonical string

	// Records are of the type that was asked for, in the order of the answer.
	Records []Record

	// Secure reports that every link of the chain was validated by DNSSEC, on
	// the word of a resolver that is trusted with it.
	Secure bool

	// TTL is how long the answer holds from now on.
	TTL time.Duration

	// Cached reports that nobody had to be asked.
	Cached bool
}

// A Record is one resource record, without its owner. Which fields count
// depends on its type.
type Record struct {
	Addr     netip.Addr // A, AAAA
	Host     string     // MX, SRV, CNAME, PTR, NS: like Answer.Name; "." is the root
	Priority uint16     // SRV, and the preference of MX: the lowest comes first
	Weight   uint16     // SRV
	Port     uint16     // SRV
	Text     string     // TXT: its strings joined, with control characters as \DDD
	TLSA     TLSA       // TLSA
}

// A TLSA is the data of a TLSA record (RFC 6698, 2.1). Its fields are those of
// smtp.TLSA, so that each can be converted to the other.
type TLSA struct {
	Usage        uint8 // 2 is DANE-TA, 3 is DANE-EE; no other counts for mail
	Selector     uint8 // 0 is the whole certificate, 1 its public key
	MatchingType uint8 // 0 is the thing itself, 1 its SHA-256, 2 its SHA-512
	Data         []byte
}

// A Type is the type of a record, by the number that it has in the DNS.
type Type uint16

// The types that a Resolver of this package can look up.
const (
	TypeA     Type = 1
	TypeNS    Type = 2
	TypeCNAME Type = 5
	TypePTR   Type = 12
	TypeMX    Type = 15
	TypeTXT   Type = 16
	TypeAAAA  Type = 28
	TypeSRV   Type = 33
	TypeTLSA  Type = 52
)

// String returns the type's mnemonic, or TYPE and its number (RFC 3597, 5).
func (t Type) String() string {
	switch t {
	case TypeA:
		return "A"
	case TypeNS:
		return "NS"
	case TypeCNAME:
		return "CNAME"
	case TypePTR:
		return "PTR"
	case TypeMX:
		return "MX"
	case TypeTXT:
		return "TXT"
	case TypeAAAA:
		return "AAAA"
	case TypeSRV:
		return "SRV"
	case TypeTLSA:
		return "TLSA"
	}
	return "TYPE" + strconv.Itoa(int(t))
}

// known reports whether Record has fields for the type.
func (t Type) known() bool {
	switch t {
	case TypeA, TypeNS, TypeCNAME, TypePTR, TypeMX, TypeTXT, TypeAAAA, TypeSRV, TypeTLSA:
		return true
	}
	return false
}

// isAddress reports whether records of the type are addresses.
func (t Type) isAddress() bool { return t == TypeA || t == TypeAAAA }

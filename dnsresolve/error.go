package dnsresolve

import (
	"errors"
	"strings"
)

// An Error is why a Lookup has no records.
type Error struct {
	Name string
	Type Type
	Kind Kind
	Err  error // what is behind it; may be nil
}

// Error says what was asked for, of what kind the failure is, and why.
func (e *Error) Error() string {
	text := "dnsresolve: " + e.Type.String() + " of " + printable(e.Name) + ": " + e.Kind.String()
	return text + because(e.Err)
}

// because is what an error has to say, behind what led to it: our name is at
// the front already.
func because(err error) string {
	if err == nil {
		return ""
	}
	return ": " + strings.TrimPrefix(err.Error(), "dnsresolve: ")
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// Temporary reports whether the same question may have an answer later. Such
// an error says nothing about whether the records exist.
func (e *Error) Temporary() bool {
	return e.Kind == Temporary || e.Kind == Bogus || e.Kind == Malformed
}

// Absent reports whether it is certain that there are no such records.
func (e *Error) Absent() bool { return e.Kind == NotExist || e.Kind == NoData }

// A Kind is a kind of failure.
type Kind uint8

// The kinds of failure.
const (
	// Temporary is no usable answer: SERVFAIL, REFUSED, a timeout, no server.
	Temporary Kind = iota
	// NotExist is a domain that does not exist, which the DNS calls NXDOMAIN.
	NotExist
	// NoData is a domain that has no records of the type.
	NoData
	// Bogus is an answer that the resolver refused because DNSSEC says that it
	// is forged (RFC 8914, 4.7 and after). Few resolvers tell; others fail.
	Bogus
	// Malformed is an answer that does not make sense: cut off, or a loop of
	// aliases. It counts as temporary, as somebody has to mend it.
	Malformed
	// BadName is a name that cannot be in the DNS; nobody was asked.
	BadName
	// Unsupported is a type that this Resolver cannot look up.
	Unsupported
	// Unavailable is a service that the domain says it does not have: the
	// target of its SRV record is the root (RFC 2782).
	Unavailable
)

// String describes the kind in a few words.
func (k Kind) String() string {
	switch k {
	case Temporary:
		return "no answer, try later"
	case NotExist:
		return "no such domain"
	case NoData:
		return "no such record"
	case Bogus:
		return "DNSSEC validation failed"
	case Malformed:
		return "malformed answer"
	case BadName:
		return "not a domain name"
	case Unsupported:
		return "cannot look up this type"
	case Unavailable:
		return "the domain does not offer this service"
	}
	return "unknown failure"
}

// absent reports whether err says that there certainly are no records.
func absent(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Absent()
}

// temporary reports whether err leaves open what there is. That includes the
// errors of Resolvers that return none of type *Error.
func temporary(err error) bool {
	if err == nil {
		return false
	}
	e, ok := errors.AsType[*Error](err)
	return !ok || e.Temporary()
}

// printable returns the name with everything that could confuse a log replaced.
func printable(name string) string {
	const longest = 300
	if len(name) > longest {
		name = name[:longest] + "..."
	}
	return strings.Map(func(r rune) rune {
		if r <= ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r == 0x2028 || r == 0x2029 {
			return '?'
		}
		return r
	}, name)
}

package ldapserver

import (
	"golang.org/x/crypto/cryptobyte"
)

// pagedResults is the control of RFC 2696, in both directions.
const pagedResults = "1.2.840.113556.1.4.319"

// A page is what a client asks for by it. The server keeps nothing between pages:
// the cookie is the position of the last entry, whose meaning is order.go's.
type page struct {
	size   int
	cookie []byte // nil for the first page
}

// parsePage reads SEQUENCE { size INTEGER, cookie OCTET STRING }.
func parsePage(value []byte) (p page, ok bool) {
	outer := &cursor{rest: value}
	in := outer.in(tagSequence)
	p.size, p.cookie = in.number(tagInteger), in.octets(tagOctets)
	return p, !outer.bad
}

// pageControl tells where the next page begins; an empty cookie says that there is
// none. How many entries there are in all is not counted.
func pageControl(cookie []byte) control {
	var b cryptobyte.Builder
	b.AddASN1(tagSequence, func(b *cryptobyte.Builder) {
		b.AddASN1Int64(0)
		b.AddASN1OctetString(cookie)
	})
	return control{oid: pagedResults, value: b.BytesOrPanic()}
}

package ldapserver

// LDAP's messages are in BER with definite lengths and, but for the tags of one
// octet, little else of it (RFC 4511, 5.1). Lengths need not be the shortest:
// Windows writes all of them in five octets, which readers of DER refuse.

// Tags of X.690 that LDAP uses, with the bit of the constructed ones.
const (
	tagBoolean    = 0x01
	tagInteger    = 0x02
	tagOctets     = 0x04
	tagEnumerated = 0x0a
	tagSequence   = 0x30
	tagSet        = 0x31
)

// headerSize is the most octets that a tag and a length take: a tag, and a length
// of four octets.
const headerSize = 6

// header reads a tag and a length, which take size octets. It is not ok if they
// are malformed; short if b ends too early to tell.
func header(b []byte) (tag byte, length, size int, short, ok bool) {
	if len(b) < 2 {
		return 0, 0, 0, true, len(b) == 0 || b[0]&0x1f != 0x1f
	}
	tag, length, size = b[0], int(b[1]), 2
	if tag&0x1f == 0x1f {
		return 0, 0, 0, false, false
	}
	if length < 0x80 {
		return tag, length, size, false, true
	}
	n := length & 0x7f
	if n == 0 || n > headerSize-2 {
		return 0, 0, 0, false, false // an indefinite length, or an absurd one
	}
	if len(b) < size+n {
		return 0, 0, 0, true, true
	}
	length = 0
	for _, c := range b[size : size+n] {
		if length >= 1<<23 {
			return 0, 0, 0, false, false // beyond 31 bits
		}
		length = length<<8 | int(c)
	}
	return tag, length, size + n, false, true
}

// A cursor reads values one after another, without copying. What cannot be read
// is zero, and makes this cursor, and those that it is within, bad for good.
type cursor struct {
	rest []byte
	bad  bool
	up   *cursor
}

func (c *cursor) fail() {
	for ; c != nil; c = c.up {
		c.rest, c.bad = nil, true
	}
}

func (c *cursor) more() bool { return len(c.rest) > 0 }

// is reports whether the next value has a tag.
func (c *cursor) is(tag byte) bool { return len(c.rest) > 0 && c.rest[0] == tag }

// next returns the next value, of whatever tag.
func (c *cursor) next() (tag byte, body []byte) {
	tag, length, size, short, ok := header(c.rest)
	if !ok || short || length > len(c.rest)-size {
		c.fail()
		return 0, nil
	}
	body = c.rest[size : size+length]
	c.rest = c.rest[size+length:]
	return tag, body
}

// octets returns the contents of the next value, which must have the tag.
func (c *cursor) octets(tag byte) []byte {
	if !c.is(tag) {
		c.fail()
		return nil
	}
	_, body := c.next()
	return body
}

func (c *cursor) text(tag byte) string { return string(c.octets(tag)) }

// in returns a cursor within the next value, which must have the tag.
func (c *cursor) in(tag byte) *cursor {
	body := c.octets(tag)
	return &cursor{rest: body, bad: c.bad, up: c}
}

// number reads an INTEGER or ENUMERATED.
func (c *cursor) number(tag byte) int {
	n, ok := parseNumber(c.octets(tag))
	if !ok {
		c.fail()
	}
	return n
}

// parseNumber reads a number from 0 to RFC 4511's maxInt, 2^31-1.
func parseNumber(body []byte) (n int, ok bool) {
	if len(body) == 0 || body[0]&0x80 != 0 {
		return 0, false
	}
	for _, octet := range body {
		if n >= 1<<23 {
			return 0, false
		}
		n = n<<8 | int(octet)
	}
	return n, true
}

func (c *cursor) boolean(tag byte) bool {
	body := c.octets(tag)
	if len(body) != 1 {
		c.fail()
		return false
	}
	return body[0] != 0 // clients do not all know that true is 0xff (RFC 4511, 5.1)
}

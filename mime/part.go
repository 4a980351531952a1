package mime

import (
	"iter"
	"strconv"
	"strings"

	"github.com/wirepost/wirepost/mime/header"
	"github.com/wirepost/wirepost/mime/transfer"
)

// A Part is one part of a message: the message itself, a part of a multipart, or an enclosed message. Its offsets count
// octets from the start of the message. It is plain data: whoever changes it changes what its methods say.
type Part struct {
	// The header, with the blank line that ends it, is [Start, BodyStart), and the body [BodyStart, End).
	Start, BodyStart, End int64
	// Lines is the number of line ends in the body, as it is transferred.
	Lines int64
	// Type is the media type, "text/plain", in lower case: the default where there is none or none that can be read
	// (RFC 2045, 5.2; RFC 2046, 5.1.5).
	Type string
	// Params has the parameters of the Content-Type.
	Params header.Params
	// Disposition is the Content-Disposition's type in lower case, "" without one; DispositionParams has its parameters.
	Disposition       string
	DispositionParams header.Params
	// Encoding is how the body is transferred: 7bit without a Content-Transfer-Encoding. Where KnownEncoding is false, since
	// the field names none that can be decoded, it is Binary, the octets as they are.
	Encoding      transfer.Encoding
	KnownEncoding bool
	// EncodingLabel is the Content-Transfer-Encoding as it is given, "" without one.
	EncodingLabel string
	// Values of other Content-* fields, unfolded; "" for none.
	ID, Description, Language, Location, MD5 string
	// Children are the parts of a multipart. A multipart in which none were found has none, and is a leaf.
	Children []*Part
	// Message is what a message/rfc822 or message/global encloses. It is nil where that is encoded, or nested too deep.
	Message *Part

	parent *Part
	number int // in parent.Children, from 1; 0 if it is its message
	doc    *document
}

// Parent is the part that this one is in, nil for a message that is in none.
func (p *Part) Parent() *Part { return p.parent }

// Size is the number of octets of the body, as it is transferred.
func (p *Part) Size() int64 { return p.End - p.BodyStart }

// IsMultipart reports whether the part has children. What only claims to be a multipart is a leaf.
func (p *Part) IsMultipart() bool { return len(p.Children) > 0 }

// Path is the number of the part as IMAP counts (RFC 9051, 6.4.5.1), such as "1.2.3". It is "" for a message that is a
// multipart, "1" for one that is not. An enclosed message that is a multipart has no number of its own, and so the one of
// the part that it is in.
func (p *Part) Path() string {
	var numbers []int
	for ; p != nil; p = p.parent {
		switch {
		case p.number > 0:
			numbers = append(numbers, p.number)
		case !p.IsMultipart():
			numbers = append(numbers, 1)
		}
	}
	var b strings.Builder
	for i := len(numbers) - 1; i >= 0; i-- {
		b.WriteString(strconv.Itoa(numbers[i]))
		if i > 0 {
			b.WriteByte('.')
		}
	}
	return b.String()
}

// All yields the part and all parts in it, in the order of the message.
func (p *Part) All() iter.Seq[*Part] {
	return func(yield func(*Part) bool) {
		stack := []*Part{p}
		for len(stack) > 0 {
			q := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			if !yield(q) {
				return
			}
			for i := len(q.Children) - 1; i >= 0; i-- {
				stack = append(stack, q.Children[i])
			}
			if q.Message != nil {
				stack = append(stack, q.Message)
			}
		}
	}
}

// find returns the part with a path below the message p, nil if there is none.
func (p *Part) find(path []int) *Part {
	whole := true // p is a message, not yet a part with a number
	for _, n := range path {
		if !whole && p.Message != nil {
			p, whole = p.Message, true
		}
		switch {
		case p.IsMultipart() && n >= 1 && n <= len(p.Children):
			p = p.Children[n-1]
		case p.IsMultipart() || !whole || n != 1:
			return nil
		}
		whole = false
	}
	return p
}

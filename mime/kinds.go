package mime

import "github.com/wirepost/wirepost/mime/defect"

// What the index finds wrong with lines and headers. Offsets count from the start of the message. No kind is told more
// than four times for a message.
const (
	// BareLF is a line that ends in LF without CR (RFC 7103, 6). It is told once.
	BareLF defect.Kind = "a line that ends in LF alone"
	// BareCR is a CR without LF, which some programs take for the end of a line (RFC 5322, 2.2). It is told once.
	BareCR defect.Kind = "a CR without LF"
	// NUL is a NUL octet anywhere in the message (RFC 5322, 4). It is told once.
	NUL defect.Kind = "a NUL octet"
	// MailboxLine is the line of a mailbox file, "From " and an address, before the first field.
	MailboxLine defect.Kind = "a mailbox file's From line before the header"
	// NotAField is a line in a header that is no field and continues none (RFC 7103, 7.2). It belongs to the field before.
	NotAField defect.Kind = "a header line that is not a field"
	// OddField is a field with white space before its colon (RFC 5322, 4.5; RFC 7103, 7.4), which some programs take for the
	// start of the body.
	OddField defect.Kind = "white space before the colon of a field"
	// BlankFold is a header line of nothing but white space. It continues a field (RFC 5322, 4.2), but some programs take it
	// for the end of the header.
	BlankFold defect.Kind = "a header line of white space alone"
	// NoBlankLine is a header that no blank line parts from its body: two lines in a row are no fields.
	NoBlankLine defect.Kind = "no blank line between header and body"
	// HeaderCut is a header that ends with the part, before a blank line.
	HeaderCut defect.Kind = "a header without an end"
	// EightBitHeader is a header with octets beyond ASCII that are not UTF-8 (RFC 6532).
	EightBitHeader defect.Kind = "octets beyond ASCII in a header that are not UTF-8"
	// RepeatedField is a Content-* field that occurs twice with the same value.
	RepeatedField defect.Kind = "a repeated content field"
	// ConflictingField is a Content-* field that occurs twice with different values. The first one counts.
	ConflictingField defect.Kind = "content fields that contradict each other"
	// BadType is a Content-Type that names no type and subtype. It is read as text/plain (RFC 2045, 5.2).
	BadType defect.Kind = "a Content-Type that is not type/subtype"
	// BadParameters is a parameter list that breaks the grammar of RFC 2045 or RFC 2231.
	BadParameters defect.Kind = "parameters that break the rules"
	// Comment is a comment in a Content-Type or a Content-Transfer-Encoding. It is allowed and passed over (RFC 2045, 5.1),
	// but some programs read it as part of the value.
	Comment defect.Kind = "a comment in a content field"
	// OddEncoding is a Content-Transfer-Encoding whose meaning is plain, but which other programs may not know as it is
	// written, such as base-64 or "base64".
	OddEncoding defect.Kind = "a transfer encoding that is not written as the standard has it"
	// UnknownEncoding is a Content-Transfer-Encoding without a decoder. The body is left alone (RFC 2045, 6.4).
	UnknownEncoding defect.Kind = "an unknown transfer encoding"
)

// What the index finds wrong with the structure.
const (
	// NoBoundary is a multipart whose Content-Type has no boundary, or an empty one. It is a leaf.
	NoBoundary defect.Kind = "a multipart without a boundary"
	// LongBoundary is a boundary of more than 70 octets (RFC 2046, 5.1.1). Up to 900 it is used all the same.
	LongBoundary defect.Kind = "a boundary of more than 70 octets"
	// SameBoundary is a boundary that an outer multipart has too. Until it is closed, the inner one counts.
	SameBoundary defect.Kind = "a boundary that an outer multipart has too"
	// PrefixBoundary is a boundary that begins like that of an outer multipart. Both are compared as a whole.
	PrefixBoundary defect.Kind = "a boundary that another one begins with"
	// LikeDelimiter is a line that begins like a delimiter and goes on. It is none, though some programs take it for one,
	// as RFC 2046, 5.1.1 lets them.
	LikeDelimiter defect.Kind = "a line that begins like a delimiter"
	// NoParts is a multipart in which no delimiter was found. It is a leaf.
	NoParts defect.Kind = "a multipart without parts"
	// NotClosed is a multipart without a close delimiter.
	NotClosed defect.Kind = "a multipart that is not closed"
	// AfterClose is a delimiter behind the close delimiter. It is not used.
	AfterClose defect.Kind = "a delimiter after the close delimiter"
	// EncodedMultipart is a multipart with a transfer encoding (RFC 2045, 6.4). The encoding is not used.
	EncodedMultipart defect.Kind = "a multipart with a transfer encoding"
	// EncodedMessage is a message/rfc822 with a transfer encoding (RFC 2046, 5.2.1). It is a leaf: see [Part.OpenMessage].
	EncodedMessage defect.Kind = "a message/rfc822 with a transfer encoding"
)

// Limits that were exceeded.
const (
	// DepthLimit is a multipart or message nested deeper than [Limits].Depth. It is a leaf.
	DepthLimit defect.Kind = "nested deeper than the limit"
	// PartsLimit is a part beyond [Limits].Parts. It and those after it are in no part.
	PartsLimit defect.Kind = "more parts than the limit"
	// HeaderLimit is a header beyond [Limits].HeaderBytes or HeaderFields. Its fields are not used.
	HeaderLimit defect.Kind = "more header than the limit"
)

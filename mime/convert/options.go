package convert

import (
	"errors"
	"fmt"
	"io"

	"github.com/wirepost/wirepost/mime/transfer"
)

// ErrOptions is wrapped by what [Convert] returns for Options that make no sense.
var ErrOptions = errors.New("convert: options")

// Options say what a destination is to be sent. The zero value changes nothing.
type Options struct {
	// Format is how attachments go.
	Format Format

	// Charset is what plain text is converted to where there is MIME; "" leaves it as it is. ISO-8859-1 and UTF-8 are usual.
	// NonMIMECharset is that of the text of messages with uuencode, US-ASCII if "": nothing tells their reader what it is.
	// Both must be supersets of ASCII. A character that the charset lacks becomes "?".
	Charset, NonMIMECharset string
	// Transliterate writes typographic quotes, dashes and the like in ASCII where the charset lacks them, and letters as
	// their base letters ("u" for ü).
	Transliterate bool
	// LineLength is how many characters a line of plain text has at most: longer ones are wrapped, but for words that are
	// longer still. 0 is no wrapping; for uuencode 76 is usual. Encoded files are never wrapped.
	LineLength int

	// RichText is what becomes of winmail.dat. MaxRichText is how many octets of one are held in memory at most, 32 MiB if 0:
	// a larger one stays as it is.
	RichText    RichText
	MaxRichText int64

	// NoDisplayNames takes the display names out of From, To and the other address fields.
	NoDisplayNames bool
	// DropAutomaticReplies marks automatic replies with [Result].Drop.
	DropAutomaticReplies bool

	// Encoding is what the destination takes: SevenBit without 8BITMIME, EightBit with it, Binary with BINARYMIME; "" leaves
	// the message as it is. SevenBit implies ASCIIHeader.
	Encoding transfer.Encoding
	// ASCIIHeader is for a destination without SMTPUTF8: octets beyond ASCII in header fields are encoded.
	ASCIIHeader bool

	// Types is the table that names the files that have no type, and types that have no file name.
	Types Types
	// Random is where boundaries come from, crypto/rand.Reader if nil.
	Random io.Reader
}

// A Format is how attachments go.
type Format uint8

// The formats.
const (
	// AsIs leaves the message in the format that it has.
	AsIs Format = iota
	// MIME makes attachments of the files that stand in plain text, in uuencode or yEnc.
	MIME
	// UUEncode makes a message without MIME: a text, behind which the attachments stand in uuencode. Of alternatives the plain
	// text is taken, or else what HTML says.
	UUEncode
)

// RichText is a policy for TNEF (MS-OXTNEF), which only Outlook and Exchange read.
type RichText uint8

// The policies.
const (
	// RichTextAsSent leaves what is there, which is what the sender chose for the recipient.
	RichTextAsSent RichText = iota
	// RichTextNever takes winmail.dat apart into texts and attachments.
	RichTextNever
	// RichTextAlways puts texts and attachments in a winmail.dat, beside the plain text.
	RichTextAlways
)

const defaultRichText = 32 << 20

// check tells what is wrong with the options.
func (o *Options) check() error {
	switch {
	case o.Format > UUEncode || o.RichText > RichTextAlways:
		return fmt.Errorf("%w: unknown Format or RichText", ErrOptions)
	case o.Format == UUEncode && o.RichText == RichTextAlways:
		return fmt.Errorf("%w: rich text needs MIME: choose another Format, or RichTextNever", ErrOptions)
	case o.LineLength < 0 || 0 < o.LineLength && o.LineLength < 20 || o.LineLength > maxLine:
		return fmt.Errorf("%w: LineLength is 0 or 20 to %d", ErrOptions, maxLine)
	case o.MaxRichText < 0:
		return fmt.Errorf("%w: MaxRichText is negative", ErrOptions)
	}
	switch o.Encoding {
	case "", transfer.SevenBit, transfer.EightBit, transfer.Binary:
	default:
		return fmt.Errorf("%w: Encoding is SevenBit, EightBit or Binary", ErrOptions)
	}
	for _, label := range []string{o.Charset, o.NonMIMECharset} {
		if label != "" && !writable(label) {
			return fmt.Errorf("%w: text can't be written in charset %q", ErrOptions, label)
		}
	}
	return nil
}

// rank orders the identity encodings by what they allow.
func rank(e transfer.Encoding) int {
	switch e {
	case transfer.EightBit:
		return 1
	case transfer.Binary:
		return 2
	}
	return 0
}

// byRank is the encoding of a rank.
func byRank(r int) transfer.Encoding {
	return [...]transfer.Encoding{transfer.SevenBit, transfer.EightBit, transfer.Binary}[r]
}

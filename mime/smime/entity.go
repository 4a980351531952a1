package smime

import (
	"bufio"
	"bytes"
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/wirepost/wirepost/mime/smime/internal/cms"
	"github.com/wirepost/wirepost/mime/transfer"
)

// An Entity is what S/MIME looks at: a message or one part of it. The fields are the values of the header fields of that
// name; folded or not, and empty if the field is missing.
type Entity struct {
	ContentType string
	Disposition string    // Content-Disposition
	Encoding    string    // Content-Transfer-Encoding
	Body        io.Reader // the octets after the empty line, as they were sent
}

// Kind is what [Recognise] says of the entity.
func (e Entity) Kind() Kind { return Recognise(e.ContentType, e.Disposition) }

// Limits bound what is held in memory at once. Detached signatures are made and verified as streams of any length; all
// else is held whole, since nothing of it can be trusted before its end.
type Limits struct {
	Content   int64 // octets of content that is encrypted, compressed or signed within; 0 means 64 MiB
	Signature int64 // octets of a detached signature with its certificates; 0 means 1 MiB
}

func (l Limits) content() int64   { return cmp.Or(l.Content, 64<<20) }
func (l Limits) signature() int64 { return cmp.Or(l.Signature, 1<<20) }

// overhead is what CMS may add to its content: certificates, lists of recipients, lengths.
const overhead = 4 << 20

// maxHeader bounds the header that ReadEntity reads.
const maxHeader = 256 << 10

// ReadEntity reads the header of an entity, such as the one that [Decrypt] returns, and leaves the rest as the body. Of
// the fields it keeps those of [Entity], and refuses an entity that has one of them twice: readers would not agree on
// what it is.
func ReadEntity(r io.Reader) (Entity, error) {
	br := bufio.NewReader(r)
	e := Entity{Body: br}
	fields := map[string]*string{
		"content-type": &e.ContentType, "content-disposition": &e.Disposition, "content-transfer-encoding": &e.Encoding,
	}
	seen := map[*string]bool{}
	var current *string
	for size := 0; ; {
		line, err := readLine(br, maxHeader-size)
		size += len(line)
		text := strings.TrimRight(string(line), "\r\n")
		switch {
		case err != nil && err != io.EOF:
			return Entity{}, err
		case text == "":
			return e, nil
		case text[0] == ' ' || text[0] == '\t':
			if current != nil {
				*current += text
			}
			continue
		}
		name, value, _ := strings.Cut(text, ":")
		current = fields[lower(strings.TrimRight(name, " \t"))]
		if current == nil {
			continue
		}
		if seen[current] {
			return Entity{}, fmt.Errorf("smime: the field %s comes twice", name)
		}
		seen[current], *current = true, strings.TrimLeft(value, " \t")
	}
}

// readLine reads a line of at most limit octets.
func readLine(br *bufio.Reader, limit int) (line []byte, err error) {
	for {
		piece, err := br.ReadSlice('\n')
		if len(line)+len(piece) > limit {
			return nil, fmt.Errorf("smime: header longer than %d octets", maxHeader)
		}
		line = append(line, piece...)
		if err != bufio.ErrBufferFull {
			return line, err
		}
	}
}

// decoded reads all of the body and undoes its transfer encoding.
func (e Entity) decoded(limit int64) ([]byte, error) {
	encoding := transfer.SevenBit
	if e.Encoding != "" {
		encoding, _ = transfer.Parse(e.Encoding)
	}
	var all bytes.Buffer
	n, err := all.ReadFrom(io.LimitReader(transfer.NewReader(encoding, e.Body, nil), limit+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("smime: %w", err)
	case n > limit:
		return nil, fmt.Errorf("smime: %w of %d octets", ErrTooLarge, limit)
	}
	return all.Bytes(), nil
}

// The errors that a caller may want to tell apart, with errors.Is. Only ErrDecrypt depends on a private key.
var (
	ErrMalformed   = cms.ErrMalformed   // it cannot be read
	ErrUnsupported = cms.ErrUnsupported // it uses an algorithm or a type that is not known here
	ErrTooLarge    = cms.ErrTooLarge    // it goes beyond a limit; see [Limits]
	ErrNoRecipient = cms.ErrNoRecipient // it is encrypted for others
	ErrDecrypt     = cms.ErrDecrypt     // the one error of decryption, whatever went wrong
	ErrSignature   = cms.ErrSignature   // the signature is not one over this content by this certificate
)

package convert

import (
	"errors"

	"golang.org/x/net/idna"

	"github.com/wirepost/wirepost/mime"
	"github.com/wirepost/wirepost/mime/header"
	"github.com/wirepost/wirepost/mime/transfer"
)

// encodeHeaders sees that the headers have what the destination takes: ASCII, unless it knows SMTPUTF8, and lines that are
// not too long. What can be said in ASCII is (RFC 2047, RFC 2231, and RFC 5891 for domains); what can't, but for addresses,
// is put into a field of another name (RFC 6857, 3.1.10).
func (c *conversion) encodeHeaders() error {
	ascii := c.o.ASCIIHeader || c.o.Encoding == transfer.SevenBit
	if !ascii && c.o.Encoding != transfer.EightBit {
		return nil
	}
	c.result.UTF8Header = false
	return c.encodeHeader(c.root, ascii)
}

func (c *conversion) encodeHeader(n *node, ascii bool) error {
	head, err := c.headerProfile(n)
	if err != nil {
		return err
	}
	if head.needs() == 2 || head.high > 0 && ascii {
		if err := c.encodeFields(n, ascii); err != nil {
			return err
		}
		if head, err = c.headerProfile(n); err != nil {
			return err
		}
	}
	c.result.UTF8Header = c.result.UTF8Header || head.high > 0
	if n.isSecured() {
		return c.noteUTF8(n)
	}
	for _, kid := range n.kids {
		if err := c.encodeHeader(kid, ascii); err != nil {
			return err
		}
	}
	return nil
}

// noteUTF8 finds out whether there is a header beyond ASCII within what must not be altered.
func (c *conversion) noteUTF8(n *node) error {
	for _, kid := range n.kids {
		p, err := scan(kid.part.HeaderSection(), c.lf)
		if err != nil {
			return err
		}
		c.result.UTF8Header = c.result.UTF8Header || p.high > 0
		if err := c.noteUTF8(kid); err != nil {
			return err
		}
	}
	return nil
}

// encodeFields encodes the fields of one header that need it.
func (c *conversion) encodeFields(n *node, ascii bool) error {
	if err := n.load(); err != nil {
		return err
	}
	if n.part != nil && n.boundary == "" && n.part.IsMultipart() && !isASCII(n.params.Get("boundary")) && !n.isSecured() && ascii {
		if err := c.renewBoundary(n); err != nil {
			return err
		}
	}
	var b []byte
	changed, used := false, 0
	whole := n.header.Bytes()
	for f := range n.header.All() {
		used += len(f.Raw)
		p := scanText(f.Raw, c.lf)
		if p.needs() < 2 && (p.high == 0 || !ascii) {
			b = append(b, f.Raw...)
			continue
		}
		if f.Name == "" {
			changed = true
			note(&c.result.Changes, Note{HeaderEncoded, n.path, ""})
			continue
		}
		raw, kind, ok := n.encodeField(f, ascii)
		if !ok {
			note(&c.result.Problems, Note{kind, n.path, f.Name})
			b = append(b, f.Raw...)
			continue
		}
		note(&c.result.Changes, Note{kind, n.path, f.Name})
		b, changed = append(b, raw...), true
	}
	blank := whole[min(used, len(whole)):]
	if !c.lf && string(blank) == "\n" {
		blank, changed = []byte("\r\n"), true
		note(&c.result.Changes, Note{HeaderEncoded, n.path, ""})
	}
	if changed {
		b = append(b, blank...)
		if err := n.edit(); err != nil {
			return err
		}
		n.header = mime.ParseHeader(b)
	}
	return nil
}

// encodeField writes a field anew, or says why it can't. A Content-Type stays what the index took it for.
func (n *node) encodeField(f mime.Field, ascii bool) ([]byte, Kind, bool) {
	value := f.Value()
	mode := header.UTF8
	if ascii {
		mode = header.ASCII
	}
	name, kind := f.Name, HeaderEncoded
	var err error
	switch class := classes[lower(name)]; {
	case lower(name) == "content-type":
		value, err = header.FormatParams(n.mediaType, n.params, mode)
	case isASCII(value): // it is only to be folded
	case len(value) > header.MaxText:
		return nil, BadField, false
	case class == addresses:
		value, err = encodeAddresses(value, mode)
	case class == parameters:
		media, params := header.ParseParams(value, nil)
		value, err = header.FormatParams(media, params, mode)
	case class == encoding:
		e, known := transfer.Parse(value)
		if !known {
			return nil, BadField, false
		}
		value = string(e)
	case class == structured && ascii:
		name, kind = "Downgraded-"+name, FieldEncapsulated
		fallthrough
	default:
		value, err = header.EncodeText(header.DecodeText(value, nil), mode)
	}
	if errors.Is(err, errNonASCII) {
		return nil, NonASCIIAddress, false
	}
	raw, foldErr := header.Fold(name, value)
	if err != nil || foldErr != nil {
		return nil, BadField, false
	}
	return raw, kind, true
}

// errNonASCII is a local part, or a domain that is no IDNA, beyond ASCII.
var errNonASCII = errors.New("an address that is not ASCII")

// encodeAddresses writes an address list with names in encoded words and domains as IDNA has them in ASCII.
func encodeAddresses(value string, mode header.Mode) (string, error) {
	list := header.ParseAddresses(value, nil)
	if mode == header.ASCII {
		for i := range list {
			if !isASCII(list[i].Local) {
				return "", errNonASCII
			}
			if isASCII(list[i].Domain) {
				continue
			}
			domain, err := idna.Lookup.ToASCII(list[i].Domain)
			if err != nil {
				return "", errNonASCII
			}
			list[i].Domain = domain
		}
	}
	return header.FormatAddresses(list, mode)
}

package mime

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/wirepost/wirepost/mime/defect"
	"github.com/wirepost/wirepost/mime/header"
)

// addText adds a field of text, if there is any.
func addText(h *Header, name, value string, mode header.Mode) error {
	if value == "" {
		return nil
	}
	s, err := header.EncodeText(value, mode)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return h.Add(name, s)
}

// addAddresses adds a list of addresses, if there are any.
func addAddresses(h *Header, name string, list []header.Address, mode header.Mode) error {
	if len(list) == 0 {
		return nil
	}
	s, err := header.FormatAddresses(list, mode)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return h.Add(name, s)
}

// addIDs adds message identifiers, if there are any.
func addIDs(h *Header, name string, ids []string, mode header.Mode) error {
	if len(ids) == 0 {
		return nil
	}
	for _, id := range ids {
		var found defect.List
		read := header.ParseMessageIDs(id, &found)
		if found.Len() > 0 || !slices.Equal(read, []string{id}) || strings.ContainsAny(id, "\r\n\x00") ||
			mode == header.ASCII && !isASCII([]byte(id)) {
			return fmt.Errorf("%s: %q is not an identifier left@right in angle brackets", name, id)
		}
	}
	return h.Add(name, strings.Join(ids, " "))
}

// checkFields checks the fields that a caller has put together, perhaps from a message that was read: each consists of lines
// that are folded and may be sent.
func checkFields(h *Header) error {
	for f := range h.All() {
		if !header.ValidFieldName(f.Name) || !bytes.HasPrefix(f.Raw, []byte(f.Name+":")) {
			return fmt.Errorf("the header has a line that is no field: %.40q", f.Raw)
		}
		rest := f.Raw
		for first := true; len(rest) > 0; first = false {
			line, next, ok := bytes.Cut(rest, crlf)
			switch {
			case !ok || bytes.ContainsAny(line, "\r\n\x00") || !first && (len(line) == 0 || !isBlank(line[0])):
				return fmt.Errorf("the field %s has a CR, LF or NUL: remove it", f.Name)
			case len(line) > maxOutLine:
				return fmt.Errorf("the field %s has a line of more than 998 octets: fold it", f.Name)
			}
			rest = next
		}
	}
	return nil
}

var (
	errRawHeader  = errors.New("a field has octets beyond ASCII: encode them, or set Builder.Mode to header.UTF8")
	errHeaderUTF8 = errors.New("a field has octets that are not UTF-8")
)

// checkMode checks that a header has no octets that its mode does not allow.
func checkMode(b []byte, mode header.Mode) error {
	switch {
	case isASCII(b):
	case mode != header.UTF8:
		return errRawHeader
	case !utf8.Valid(b):
		return errHeaderUTF8
	}
	return nil
}

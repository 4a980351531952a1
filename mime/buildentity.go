package mime

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/wirepost/wirepost/mime/header"
	"github.com/wirepost/wirepost/mime/transfer"
)

// An Entity is a part to be built (RFC 2045, 2.4): a leaf that has Content, a multipart that has Children, or a finished
// one that is Raw. The zero value is an empty text.
//
// The content of a text that is no attachment gets CRLF at the end of each line, the last one too. So do the lines of a
// message that is enclosed, but its last line stays as it is. All other content is encoded so that it arrives octet for octet.
type Entity struct {
	// Header has further fields, written after those that are made of the fields below, which it must not have.
	Header Header
	// Type is the media type; text/plain by default, multipart/mixed if there are Children.
	Type string
	// Params are the parameters of the Content-Type. A text whose charset is not given and not to be seen from it has none.
	// The boundary is not the caller's to choose.
	Params header.Params
	// Disposition is "inline" or "attachment" (RFC 2183); by default there is none, but "attachment" with a Filename.
	Disposition       string
	DispositionParams header.Params
	// Filename is the name to save it with: the filename of the DispositionParams.
	Filename string
	// ID is the Content-ID without its angle brackets: left@right, as in a cid: URL (RFC 2392).
	ID string
	// Description is the text of the Content-Description.
	Description string
	// Encoding is how the content is transferred. By default it is chosen: see [Builder].
	Encoding transfer.Encoding
	// Content is what a leaf has in it; nothing by default.
	Content Content
	// Children are the parts of a multipart.
	Children []Entity
	// Raw is the part with its header, written byte for byte, as what is signed must be. No other field may be set then.
	Raw Content
}

// entityFields are those that an Entity makes.
var entityFields = []string{
	"content-type", "content-transfer-encoding", "content-disposition", "content-id", "content-description", "mime-version",
}

// check checks what can be told without the content.
func (e *Entity) check() error {
	kind, _, _ := strings.Cut(e.mediaType(), "/")
	switch {
	case e.Raw != nil && !e.onlyRaw():
		return errors.New("an Entity that is Raw has all its header there: set nothing else")
	case len(e.Children) > 0 && (e.Content != nil || lower(kind) != "multipart"):
		return errors.New("an Entity with Children is a multipart, and has no Content")
	case len(e.Children) == 0 && lower(kind) == "multipart" && e.Raw == nil:
		return errors.New("a multipart needs Children")
	case e.Params.Get("boundary") != "":
		return errors.New("the boundary is chosen when building: leave it out")
	case len(e.Children) > 0 && e.Encoding != "":
		return errors.New("the encoding of a multipart is that of its parts: leave it out")
	}
	for f := range e.Header.All() {
		if slices.Contains(entityFields, lower(f.Name)) {
			return fmt.Errorf("the field %s is made of other fields of Entity: set those", f.Name)
		}
	}
	return checkFields(&e.Header)
}

func (e *Entity) onlyRaw() bool {
	return e.Header.Len() == 0 && e.Content == nil && len(e.Children) == 0 && e.Params == nil && e.DispositionParams == nil &&
		e.Type+e.Disposition+e.Filename+e.ID+e.Description+string(e.Encoding) == ""
}

func (e *Entity) mediaType() string {
	if len(e.Children) > 0 {
		return cmp.Or(lower(e.Type), "multipart/mixed")
	}
	return cmp.Or(lower(e.Type), plainText)
}

func (e *Entity) disposition() string {
	if e.Disposition == "" && (e.Filename != "" || len(e.DispositionParams) > 0) {
		return "attachment"
	}
	return lower(e.Disposition)
}

// fields writes the fields of a part, but for further ones, to h.
func (e *Entity) fields(h *Header, params header.Params, encoding transfer.Encoding, mode header.Mode) error {
	if mediaType := e.mediaType(); !strings.Contains(mediaType, "/") {
		return fmt.Errorf("the type %q is not type/subtype", mediaType)
	}
	value, err := header.FormatParams(e.mediaType(), params, mode)
	if err != nil {
		return err
	}
	if err := h.Add("Content-Type", value); err != nil {
		return err
	}
	if encoding != transfer.SevenBit {
		if err := h.Add("Content-Transfer-Encoding", string(encoding)); err != nil {
			return err
		}
	}
	if disposition := e.disposition(); disposition != "" {
		params := e.DispositionParams
		if e.Filename != "" {
			params = append(header.Params{{Name: "filename", Value: e.Filename}}, params...)
		}
		value, err := header.FormatParams(disposition, params, mode)
		if err != nil {
			return err
		}
		if err := h.Add("Content-Disposition", value); err != nil {
			return err
		}
	}
	if e.ID != "" {
		if err := addIDs(h, "Content-ID", []string{"<" + e.ID + ">"}, mode); err != nil {
			return err
		}
	}
	return addText(h, "Content-Description", e.Description, mode)
}

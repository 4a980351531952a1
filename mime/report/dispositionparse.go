package report

import (
	"slices"
	"strings"

	"github.com/wirepost/wirepost/mime/defect"
	"github.com/wirepost/wirepost/mime/header"
)

// ParseDisposition reads a message/disposition-notification or message/global-disposition-notification, decoded of its
// transfer encoding. It never fails: what was wrong is told to found, which may be nil.
func ParseDisposition(b []byte, found *defect.List) *Disposition {
	d := new(Disposition)
	for f := range scan(b, found) {
		d.read(f)
	}
	if d.Final.Value == "" || d.Type == "" {
		found.Add(MissingField, -1)
	}
	return d
}

func (d *Disposition) read(f *field) {
	switch f.name {
	case "reporting-ua":
		name, product, _ := strings.Cut(f.value, ";")
		if d.UserAgent != "" || d.Product != "" {
			f.wrong(DuplicateField)
			return
		}
		d.UserAgent, d.Product = clean(name), clean(product)
	case "mdn-gateway":
		set(f, &d.Gateway, parseTyped(f))
	case "original-recipient":
		set(f, &d.Original, parseAddress(f))
	case "final-recipient":
		set(f, &d.Final, parseAddress(f))
	case "original-message-id":
		ids := header.ParseMessageIDs(f.value, nil)
		if len(ids) != 1 || len(ids[0]) > maxWord {
			f.wrong(BadValue)
			return
		}
		set(f, &d.MessageID, clean(ids[0]))
	case "disposition":
		d.parse(f)
	case "error":
		if f.value != "" {
			d.Errors = append(d.Errors, f.value)
		}
	default:
		extension(f, &d.Extensions)
	}
}

// parse reads the value of Disposition. The modes may be missing, or anything else, which is the default then: on the
// word of the user.
func (d *Disposition) parse(f *field) {
	if d.Type != "" {
		f.wrong(DuplicateField)
		return
	}
	mode, rest, ok := strings.Cut(f.value, ";")
	if !ok {
		mode, rest = "", mode
	}
	action, sent, _ := strings.Cut(squeeze(mode), "/")
	d.AutomaticAction = action == "automatic-action"
	d.SentAutomatically = sent == "mdn-sent-automatically"
	if !d.AutomaticAction && action != "manual-action" || !d.SentAutomatically && sent != "mdn-sent-manually" {
		f.wrong(BadValue)
	}
	kind, modifiers, _ := strings.Cut(squeeze(rest), "/")
	if !slices.Contains([]DispositionType{Displayed, Dispatched, Processed, Deleted}, DispositionType(kind)) {
		f.wrong(BadValue) // older forms of the format had more
	}
	if !atom(kind) {
		return
	}
	d.Type = DispositionType(kind)
	for m := range strings.SplitSeq(modifiers, ",") {
		if atom(m) && !strings.Contains(m, "/") {
			d.Modifiers = append(d.Modifiers, m)
		}
	}
}

// squeeze removes white space and comments and folds case.
func squeeze(s string) string {
	var b strings.Builder
	depth := 0
	for i := range len(s) {
		switch c := s[i]; {
		case c == '(':
			depth++
		case c == ')':
			depth = max(0, depth-1)
		case depth == 0 && c != ' ':
			b.WriteByte(c)
		}
	}
	return lower(b.String())
}

package summary

import (
	"strings"

	"github.com/wirepost/wirepost/imap4/internal/collate"
	"github.com/wirepost/wirepost/internal/ascii"
	"github.com/wirepost/wirepost/mime"
	"github.com/wirepost/wirepost/mime/header"
)

// fieldNames are the fields that SEARCH looks into most, in small letters. Their order is part of the encoding.
var fieldNames = [...]string{
	"from", "to", "cc", "bcc", "subject", "message-id", "in-reply-to", "reply-to", "sender", "list-id",
}

const (
	fieldCount = len(fieldNames)
	maxField   = 4 << 10 // octets of the keys of a field
	maxNames   = 4 << 10 // octets of the names of all fields
)

// Field returns what is known of the fields of a name, in any case. known reports that nothing has to be looked up in the
// header: there is no such field, or key has what is in all of them, decoded, as a key of [collate.UnicodeCasemap], with a
// line end between. has reports that there is one; it is to be relied on if known is set.
func (s *Summary) Field(name string) (key string, has, known bool) {
	name = ascii.Lower(name)
	has = strings.Contains(s.names, "\n"+name+"\n")
	if !has {
		return "", false, s.all
	}
	for i, n := range fieldNames {
		if n == name && s.cut>>i&1 == 0 {
			return s.fields[i], true, true
		}
	}
	return "", true, false
}

// keep keeps the fields that SEARCH looks into.
func (s *Summary) keep(h *mime.Header, cut bool) {
	s.all = !cut
	if cut {
		s.cut = 1<<fieldCount - 1
	}
	var keys [fieldCount]strings.Builder
	names := []byte{'\n'}
	seen := map[string]bool{}
	for f := range h.All() {
		name := ascii.Lower(f.Name)
		if i := fieldIndex(name); i >= 0 && s.cut>>i&1 == 0 {
			if !appendField(&keys[i], f.Value(), seen[name]) {
				s.cut |= 1 << i
			}
		}
		if name == "" || seen[name] {
			continue
		}
		if len(names)+len(name)+1 > maxNames {
			s.all = false
			continue
		}
		seen[name] = true
		names = append(append(names, name...), '\n')
	}
	s.names = string(names)
	for i := range keys {
		if s.cut>>i&1 == 0 {
			s.fields[i] = keys[i].String()
		}
	}
}

// appendField adds one field, and reports whether there is room.
func appendField(b *strings.Builder, value string, again bool) bool {
	if len(value) > 2*maxField {
		return false
	}
	if again {
		b.WriteByte('\n')
	}
	b.WriteString(collate.UnicodeCasemap.Key(header.DecodeText(value, nil)))
	return b.Len() <= maxField
}

func fieldIndex(name string) int {
	for i, n := range fieldNames {
		if n == name {
			return i
		}
	}
	return -1
}

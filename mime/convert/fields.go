package convert

import (
	"bytes"
	"strings"

	"github.com/wirepost/wirepost/mime"
	"github.com/wirepost/wirepost/mime/header"
)

// A class of fields says how what is beyond ASCII in them is written. All that are not known are unstructured text.
type class uint8

const (
	unstructured class = iota
	addresses
	parameters
	encoding
	structured // and so without encoded words
)

// classes has the classes of fields by their names in lower case (RFC 6857, 3.2).
var classes = func() map[string]class {
	known := map[string]class{"content-transfer-encoding": encoding}
	for c, names := range map[class]string{
		addresses: "from sender reply-to to cc bcc resent-from resent-sender resent-reply-to resent-to resent-cc resent-bcc " +
			"return-path disposition-notification-to return-receipt-to errors-to delivered-to apparently-to x-original-to mail-reply-to " +
			"mail-followup-to",
		parameters: "content-type content-disposition",
		structured: "message-id resent-message-id in-reply-to references received date resent-date mime-version content-id content-location " +
			"content-base content-language content-md5 list-id list-help list-unsubscribe list-subscribe list-post list-owner " +
			"list-archive list-unsubscribe-post authentication-results dkim-signature domainkey-signature received-spf " +
			"arc-seal arc-message-signature arc-authentication-results newsgroups path distribution followup-to supersedes " +
			"control auto-submitted precedence original-recipient final-recipient",
	} {
		for name := range strings.FieldsSeq(names) {
			known[name] = c
		}
	}
	return known
}()

// removeNames takes the display names out of the addresses of the message.
func (c *conversion) removeNames() error {
	if !c.o.NoDisplayNames {
		return nil
	}
	if err := c.root.load(); err != nil {
		return err
	}
	var b []byte
	changed, used := false, 0
	for f := range c.root.header.All() {
		used += len(f.Raw)
		raw, kind, did := f.Raw, Kind(""), false
		if classes[lower(f.Name)] == addresses {
			raw, kind, did = withoutNames(f)
		}
		switch {
		case did:
			changed = true
			note(&c.result.Changes, Note{Kind: NamesRemoved, Field: f.Name})
		case kind != "":
			note(&c.result.Problems, Note{Kind: kind, Field: f.Name})
		}
		b = append(b, raw...)
	}
	if !changed {
		return nil
	}
	whole := c.root.header.Bytes()
	b = append(b, whole[min(used, len(whole)):]...)
	if err := c.root.edit(); err != nil {
		return err
	}
	c.root.header = mime.ParseHeader(b)
	return nil
}

// withoutNames returns a field without display names and whether they were removed, or why they could not be.
func withoutNames(f mime.Field) (raw []byte, problem Kind, did bool) {
	value := f.Value()
	list := header.ParseAddresses(value, nil)
	named := bytes.ContainsRune(f.Raw, '(') // a comment may be a name too
	for i := range list {
		if list[i].Mark == header.Mailbox && list[i].Local != "" && list[i].Name != "" {
			list[i].Name, named = "", true
		}
	}
	if !named || len(list) == 0 {
		return f.Raw, "", false
	}
	mode := header.ASCII
	if !isASCII(value) {
		mode = header.UTF8
	}
	plain, err := header.FormatAddresses(list, mode)
	if err != nil {
		return f.Raw, BadField, false
	}
	if raw, err = header.Fold(f.Name, plain); err != nil {
		return f.Raw, BadField, false
	}
	return raw, "", !bytes.Equal(raw, f.Raw)
}

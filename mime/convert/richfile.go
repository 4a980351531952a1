package convert

import (
	"bytes"
	"cmp"
	"io"
	"strings"

	"github.com/wirepost/wirepost/mime"
	"github.com/wirepost/wirepost/mime/header"
	"github.com/wirepost/wirepost/mime/tnef"
	"github.com/wirepost/wirepost/mime/transfer"
)

// richTextFile is one attachment, nil for one without content, such as a link to OLE.
func (c *conversion) richTextFile(a *tnef.Attachment) (*node, error) {
	switch {
	case a.Message != nil:
		inner, err := c.embedded(a.Message)
		if err != nil {
			return nil, err
		}
		n := &node{mediaType: "message/rfc822", loaded: true, edited: true, touched: true, kids: []*node{inner}}
		inner.parent = n
		n.set("Content-Type", n.mediaType)
		return n, nil
	case a.Data == nil:
		o, _ := a.Properties.Find(tnef.PidTagAttachDataObject)
		object, ok := o.Value.(tnef.Object)
		if !ok || len(object.Data) == 0 {
			return nil, nil
		}
		return c.filePart(octetStream, cmp.Or(a.Name(), "object.ole"), object.Data), nil
	}
	mediaType := a.ContentType()
	if value, params := header.ParseParams(mediaType, nil); value != lower(mediaType) || len(params) > 0 ||
		strings.Count(value, "/") != 1 || strings.HasPrefix(value, "multipart/") || strings.HasPrefix(value, "message/") {
		mediaType = c.o.Types.Type(a.Name())
		if strings.HasPrefix(mediaType, "message/") { // it would be a message that is encoded
			mediaType = octetStream
		}
	}
	n := c.filePart(lower(mediaType), cmp.Or(mime.SafeFilename(a.Name()), "attachment"), a.Data)
	if id := clean(a.ContentID()); id != "" && !strings.ContainsAny(id, "<> ") && isASCII(id) {
		n.set("Content-ID", "<"+id+">")
	}
	return n, nil
}

// textPart makes a text of UTF-8.
func (c *conversion) textPart(mediaType string, text []byte) *node {
	text = bytes.ToValidUTF8(text, []byte("\uFFFD"))
	n := newLeaf(mediaType, func() io.Reader { return crlfReader(bytes.NewReader(text)) })
	n.isText = true
	n.setContentType(mediaType, header.Params{{Name: "charset", Value: "utf-8"}})
	n.encoding = encodingFor(scanText(text, true), true)
	n.set("Content-Transfer-Encoding", string(n.encoding))
	return n
}

// filePart makes an attachment.
func (c *conversion) filePart(mediaType, name string, data []byte) *node {
	n := newLeaf(mediaType, func() io.Reader { return bytes.NewReader(data) })
	n.filename, n.disposition, n.encoding = name, "attachment", transfer.Base64
	attach(n, name, nil)
	n.set("Content-Transfer-Encoding", string(n.encoding))
	return n
}

// embedded makes a message of one that is within TNEF.
func (c *conversion) embedded(m *tnef.Message) (*node, error) {
	n := &node{loaded: true, edited: true, touched: true}
	from := m.From()
	n.setAddresses("From", []header.Address{address(from)})
	lists := map[tnef.RecipientType][]header.Address{}
	for i := range m.Recipients {
		r := &m.Recipients[i]
		lists[r.Type()] = append(lists[r.Type()], address(r.Address()))
	}
	n.setAddresses("To", lists[tnef.To])
	n.setAddresses("Cc", lists[tnef.Cc])
	n.fill("Subject", m.Properties.Text(tnef.PidTagSubject))
	sent := m.Properties.Time(tnef.PidTagClientSubmitTime)
	if sent.IsZero() {
		sent = m.Properties.Time(tnef.PidTagMessageDeliveryTime)
	}
	if y := sent.Year(); !sent.IsZero() && y >= 1900 && y <= 9999 {
		n.set("Date", header.FormatDate(sent))
	}
	if ids := header.ParseMessageIDs(clean(m.Properties.Text(tnef.PidTagInternetMessageId)), nil); len(ids) == 1 && isASCII(ids[0]) {
		n.set("Message-ID", ids[0])
	}
	n.set("MIME-Version", "1.0")
	parts, err := c.richTextParts(m, nil)
	if err != nil {
		return nil, err
	}
	if len(parts) == 0 {
		parts = []*node{c.textPart("text/plain", nil)}
	}
	return n, c.makeMultipart(n, "multipart/mixed", parts...)
}

// address is an address of MAPI as one of the Internet, as far as it is one.
func address(a tnef.Address) header.Address {
	local, domain := a.Email, ""
	if i := strings.LastIndexByte(a.Email, '@'); i >= 0 {
		local, domain = a.Email[:i], a.Email[i+1:]
	}
	return header.Address{Name: clean(a.Name), Local: local, Domain: domain}
}

// setAddresses sets a field of the addresses that can be written.
func (n *node) setAddresses(name string, list []header.Address) {
	var values []string
	for _, a := range list {
		if value, err := header.FormatAddresses([]header.Address{a}, header.ASCII); err == nil {
			values = append(values, value)
		}
	}
	if len(values) > 0 {
		n.set(name, strings.Join(values, ", "))
	}
}

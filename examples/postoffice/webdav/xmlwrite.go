package webdav

import (
	"bufio"
	"bytes"
	"encoding/xml"
	"net/http"
	"strconv"
)

const (
	xmlType  = `application/xml; charset="utf-8"`
	xmlStart = `<?xml version="1.0" encoding="utf-8"?>` + "\n"
)

// appendText appends text within an element or attribute, with what XML cannot hold replaced.
func appendText(b []byte, text string) []byte {
	buf := bytes.NewBuffer(b)
	_ = xml.EscapeText(buf, []byte(text)) // a Buffer takes it all
	return buf.Bytes()
}

// appendOpen appends the start of an element. Names are those of the table, or have come through a reader of XML.
func appendOpen(b []byte, name xml.Name) []byte {
	b = append(b, '<')
	b = appendName(b, name)
	if name.Space != davNS && name.Space != httpmailNS {
		// Prefixes of one's own for each would have to be kept apart from these.
		b = append(b, ` xmlns="`...)
		b = append(appendText(b, name.Space), '"')
	}
	return append(b, '>')
}

func appendClose(b []byte, name xml.Name) []byte {
	return append(appendName(append(b, "</"...), name), '>')
}

func appendName(b []byte, name xml.Name) []byte {
	switch name.Space {
	case davNS:
		b = append(b, "D:"...)
	case httpmailNS:
		b = append(b, "M:"...)
	}
	return append(b, name.Local...)
}

// A multistatus is an answer of many (RFC 4918, 13). It is written as it grows: its length does not matter.
type multistatus struct {
	w    *bufio.Writer
	code []byte // scratch
}

// multistatus begins one.
func (q *request) multistatus() *multistatus {
	q.w.Header().Set("Content-Type", xmlType)
	q.w.WriteHeader(http.StatusMultiStatus)
	m := &multistatus{w: bufio.NewWriterSize(q.w, 16<<10)}
	_, _ = m.w.WriteString(xmlStart + `<D:multistatus xmlns:D="DAV:" xmlns:M="` + httpmailNS + `">` + "\n") // close has the error
	return m
}

// response adds what is told of one resource: XML that follows its URL.
func (m *multistatus) response(href string, body []byte) error {
	m.code = appendHref(append(m.code[:0], "<D:response>"...), href)
	_, _ = m.w.Write(m.code)
	_, _ = m.w.Write(body)
	_, err := m.w.WriteString("</D:response>\n")
	return err
}

// fail adds a resource with which something has failed.
func (m *multistatus) fail(href string, r refusal) error {
	return m.response(href, appendStatus(nil, r))
}

// close ends it.
func (m *multistatus) close() error {
	_, _ = m.w.WriteString("</D:multistatus>\n")
	return m.w.Flush()
}

func appendHref(b []byte, href string) []byte {
	return append(appendText(append(b, "<D:href>"...), href), "</D:href>"...)
}

// appendStatus appends a status element, and the condition behind it (RFC 4918, 14.22 and 14.24).
func appendStatus(b []byte, r refusal) []byte {
	b = strconv.AppendInt(append(b, "<D:status>HTTP/1.1 "...), int64(r.code), 10)
	b = append(append(append(b, ' '), http.StatusText(r.code)...), "</D:status>"...)
	if r.condition != "" {
		b = append(append(append(b, "<D:error>"...), r.condition...), "</D:error>"...)
	}
	return b
}

// appendPropstat appends what is told of some properties: elements, and the status of all of them.
func appendPropstat(b, props []byte, r refusal) []byte {
	b = append(append(append(b, "<D:propstat><D:prop>"...), props...), "</D:prop>"...)
	return append(appendStatus(b, r), "</D:propstat>"...)
}

package webdav

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
)

// What the elements of a body may have at most.
const (
	maxNesting    = 32 // of them in each other
	maxAttributes = 32
)

// An element is one of a body that a client sent.
type element struct {
	xml.Name
	text     []byte // directly within it
	children []element
}

// child finds the first element within e.
func (e element) child(name xml.Name) (element, bool) {
	for _, c := range e.children {
		if c.Name == name {
			return c, true
		}
	}
	return element{}, false
}

// readXML reads the body of a request: one element, or none, when it is false. What can make a reader do more work than
// there are octets is refused: document types, with the entities that they define.
func (q *request) readXML() (element, bool, error) {
	data, err := io.ReadAll(http.MaxBytesReader(q.w.ResponseWriter, q.Body, q.h.maxXML()))
	if err != nil {
		return element{}, false, err
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return element{}, false, nil
	}
	root, err := parseXML(data)
	if err != nil {
		return element{}, false, status(http.StatusBadRequest, err.Error())
	}
	return root, true, nil
}

// parseXML reads a document.
func parseXML(data []byte) (element, error) {
	p := xmlParser{dec: xml.NewDecoder(bytes.NewReader(data))}
	for {
		token, err := p.dec.Token()
		switch {
		case errors.Is(err, io.EOF) && p.ended:
			return p.root, nil
		case err != nil:
			return element{}, errors.New("the body is no well-formed XML in UTF-8")
		}
		if err := p.take(token); err != nil {
			return element{}, err
		}
	}
}

type xmlParser struct {
	dec    *xml.Decoder
	open   []element
	spaces [][]string // declared by each open element
	root   element
	ended  bool
}

func (p *xmlParser) take(token xml.Token) error {
	switch t := token.(type) {
	case xml.Directive:
		return errors.New("the body has a document type: leave it out")
	case xml.StartElement:
		return p.start(t)
	case xml.EndElement:
		last := len(p.open) - 1
		done := p.open[last]
		p.open, p.spaces = p.open[:last], p.spaces[:last]
		if last == 0 {
			p.root, p.ended = done, true
			return nil
		}
		p.open[last-1].children = append(p.open[last-1].children, done)
	case xml.CharData:
		if n := len(p.open); n > 0 {
			p.open[n-1].text = append(p.open[n-1].text, t...)
		} else if len(bytes.TrimSpace(t)) > 0 {
			return errors.New("there is text outside of the XML")
		}
	}
	return nil
}

func (p *xmlParser) start(t xml.StartElement) error {
	switch {
	case p.ended:
		return errors.New("there are two elements where one may be")
	case len(p.open) == maxNesting:
		return fmt.Errorf("the elements of the body are nested deeper than %d", maxNesting)
	case len(t.Attr) > maxAttributes:
		return fmt.Errorf("an element has more than %d attributes", maxAttributes)
	case strings.Contains(t.Name.Local, ":"):
		return errors.New("the name of an element has a colon without a prefix")
	}
	var declared []string
	for _, a := range t.Attr {
		if a.Name.Space == "xmlns" && a.Value == "" { // Namespaces in XML 1.0, 5: only the default one can be taken back
			return errors.New("a prefix stands for no namespace")
		}
		if a.Name.Space == "xmlns" || a.Name.Space == "" && a.Name.Local == "xmlns" {
			declared = append(declared, a.Value)
		}
	}
	p.open, p.spaces = append(p.open, element{Name: t.Name}), append(p.spaces, declared)
	if t.Name.Space != "" && !p.declared(t.Name.Space) {
		return errors.New("a prefix is not declared") // the decoder leaves it as it is
	}
	return nil
}

// declared reports whether a namespace is declared here.
func (p *xmlParser) declared(space string) bool {
	return slices.ContainsFunc(p.spaces, func(s []string) bool { return slices.Contains(s, space) })
}

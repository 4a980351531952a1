package imap4test

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/wirepost/wirepost/internal/ascii"
)

var (
	dateTime = regexp.MustCompile(`^[ 0-3][0-9]-(?i:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)-[0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} [+-][0-9]{4}$`)
	section  = regexp.MustCompile(`^BODY\[(?:(?:[1-9][0-9]*(?:\.[1-9][0-9]*)*)(?:\.(?:TEXT|MIME|HEADER|HEADER\.FIELDS(?:\.NOT)? \([^()]+\)))?|TEXT|HEADER|HEADER\.FIELDS(?:\.NOT)? \([^()]+\))?\](?:<[0-9]+>)?$`)
	binary   = regexp.MustCompile(`^BINARY\[(?:[1-9][0-9]*(?:\.[1-9][0-9]*)*)?\](?:<[0-9]+>)?$`)
	binSize  = regexp.MustCompile(`^BINARY\.SIZE\[(?:[1-9][0-9]*(?:\.[1-9][0-9]*)*)?\]$`)
)

// checkFetch: msg-att (RFC 9051, 9).
func checkFetch(p *parser, r *response) error {
	if err := notZero(r.number); err != nil {
		return err
	}
	p.inside("items", func(in *parser) {
		for {
			n := in.next("item")
			if in.err == nil && n.kind != atom {
				in.fail("an item that is no atom")
			}
			in.fetchItem(ascii.Upper(n.text))
			if !in.more() {
				return
			}
		}
	})
	return nil
}

func (p *parser) fetchItem(name string) {
	switch {
	case p.err != nil:
	case name == "FLAGS":
		p.flags("flags of a message")
	case name == "UID":
		p.number(name, 1, max32)
	case name == "RFC822.SIZE":
		p.number(name, 0, max63)
	case name == "INTERNALDATE":
		p.date(name)
	case name == "SAVEDATE": // RFC 8514, 4.2
		if p.more() && p.nodes[0].isNil() {
			p.next(name)
			return
		}
		p.date(name)
	case name == "RFC822", name == "RFC822.HEADER", name == "RFC822.TEXT", name == "PREVIEW", section.MatchString(name):
		p.nstring(name)
	case binary.MatchString(name): // RFC 3516, 7
		if n := p.next(name); p.err == nil && !n.isString() && !n.isNil() && n.kind != literal8 {
			p.fail("%s is not a string", name)
		}
	case binSize.MatchString(name):
		p.number(name, 0, max32)
	case name == "MODSEQ": // RFC 7162, 7
		p.inside(name, func(in *parser) { in.number(name, 1, max63) })
	case name == "EMAILID":
		p.inside(name, func(in *parser) { in.objectID() })
	case name == "THREADID":
		if p.more() && p.nodes[0].isNil() {
			p.next(name)
			return
		}
		p.inside(name, func(in *parser) { in.objectID() })
	case name == "ENVELOPE":
		p.envelope()
	case name == "BODY", name == "BODYSTRUCTURE":
		p.body(name == "BODYSTRUCTURE", 0)
	default:
		p.fail("an item %q", name)
	}
}

func (p *parser) date(what string) {
	if n := p.next(what); p.err == nil && (n.kind != quoted || !dateTime.MatchString(n.text)) {
		p.fail("%s %q is not a date", what, n.text)
	}
}

func (p *parser) envelope() {
	p.inside("ENVELOPE", func(in *parser) {
		in.nstring("date")
		in.nstring("subject")
		for _, field := range []string{"from", "sender", "reply-to", "to", "cc", "bcc"} {
			n := in.next(field)
			switch {
			case in.err != nil || n.isNil():
			case n.kind != list || len(n.list) == 0:
				in.fail("%s is neither NIL nor a list of addresses", field)
			default:
				checkGlued(in, n.list, field, func(address *parser) {
					for _, part := range []string{"name", "route", "mailbox", "host"} {
						address.nstring(part)
					}
				})
			}
		}
		in.nstring("in-reply-to")
		in.nstring("message-id")
	})
}

// body: body-type-1part and body-type-mpart.
func (p *parser) body(extended bool, depth int) {
	n := p.next("body")
	if p.err != nil {
		return
	}
	if n.kind != list || len(n.list) == 0 {
		p.fail("a body that is not a list")
		return
	}
	in := &parser{nodes: n.list}
	if n.list[0].kind == list {
		in.multipart(extended, depth)
	} else {
		in.part(extended, depth)
	}
	if err := in.end("body"); err != nil {
		p.fail("%w", err)
	}
}

func (p *parser) multipart(extended bool, depth int) {
	for i := 0; p.more() && p.nodes[0].kind == list; i++ {
		if p.nodes[0].glued != (i > 0) {
			p.fail("a space between parts")
			return
		}
		p.body(extended, depth+1)
	}
	p.string("media subtype")
	if !p.more() {
		return
	}
	if !extended {
		p.fail("extension data in BODY")
		return
	}
	p.parameters()
	p.extension()
}

func (p *parser) part(extended bool, depth int) {
	kind, subtype := ascii.Upper(p.string("media type")), ascii.Upper(p.string("media subtype"))
	p.parameters()
	p.nstring("id")
	p.nstring("description")
	p.string("encoding")
	p.number("octets", 0, max63)
	switch {
	case kind == "TEXT":
		p.number("lines", 0, max63)
	case kind == "MESSAGE" && (subtype == "RFC822" || subtype == "GLOBAL") && p.more() && p.nodes[0].kind == list:
		p.envelope()
		p.body(extended, depth+1)
		p.number("lines", 0, max63)
	case kind == "MESSAGE" && subtype == "RFC822":
		p.fail("message/rfc822 without an envelope")
	}
	if !p.more() {
		return
	}
	if !extended {
		p.fail("extension data in BODY")
		return
	}
	p.nstring("md5")
	p.extension()
}

// parameters: body-fld-param.
func (p *parser) parameters() {
	if p.more() && p.nodes[0].isNil() {
		p.next("parameters")
		return
	}
	p.inside("parameters", func(in *parser) {
		for {
			in.string("attribute")
			in.string("value")
			if !in.more() {
				return
			}
		}
	})
}

// extension: disposition, language, location and what may come yet.
func (p *parser) extension() {
	if !p.more() {
		return
	}
	if p.nodes[0].isNil() {
		p.next("disposition")
	} else {
		p.inside("disposition", func(in *parser) {
			in.string("disposition")
			in.parameters()
		})
	}
	if !p.more() {
		return
	}
	if p.nodes[0].kind == list {
		p.inside("language", func(in *parser) {
			for {
				in.string("language")
				if !in.more() {
					return
				}
			}
		})
	} else {
		p.nstring("language")
	}
	if !p.more() {
		return
	}
	p.nstring("location")
	for p.more() {
		if err := checkExtension(p.next("extension")); err != nil {
			p.fail("%w", err)
		}
	}
}

// checkExtension: body-extension.
func checkExtension(n node) error {
	if n.kind == list {
		for _, item := range n.list {
			if err := checkExtension(item); err != nil {
				return err
			}
		}
		return nil
	}
	if !n.isString() && !n.isNil() && !isNumber(n.text) {
		return fmt.Errorf("extension data %q", strings.ToUpper(n.text))
	}
	return nil
}

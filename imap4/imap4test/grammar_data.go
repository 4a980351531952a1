package imap4test

import (
	"fmt"
	"strings"

	"github.com/wirepost/wirepost/internal/ascii"
)

// numbered are the responses behind a number.
var numbered = map[string]checkFunc{
	"EXISTS":  nothing,
	"RECENT":  nothing,
	"EXPUNGE": func(p *parser, r *response) error { return notZero(r.number) },
	"FETCH":   checkFetch,
	"UIDFETCH": func(p *parser, r *response) error { // RFC 9586, 3.4
		return checkFetch(p, r)
	},
}

func nothing(*parser, *response) error { return nil }

func notZero(n int) error {
	if n == 0 {
		return fmt.Errorf("the number 0")
	}
	return nil
}

// checks are the others, by name.
var checks = map[string]checkFunc{
	"CAPABILITY": func(p *parser, _ *response) error { // RFC 9051, 7.2.2
		found := false
		for p.more() {
			switch p.atom("capability") {
			case "IMAP4REV1", "IMAP4REV2":
				found = true
			}
		}
		if !found {
			return fmt.Errorf("neither IMAP4rev1 nor IMAP4rev2")
		}
		return nil
	},
	"ENABLED": func(p *parser, _ *response) error { // RFC 5161, 3.2
		for p.more() {
			p.atom("capability")
		}
		return nil
	},
	"FLAGS":  func(p *parser, _ *response) error { p.flags("FLAGS"); return nil },
	"LIST":   checkList,
	"LSUB":   checkList,
	"SEARCH": checkSearch,
	"SORT":   checkSearch,
	"THREAD": checkThread,
	"STATUS": checkStatus,
	"ESEARCH": func(p *parser, _ *response) error { // RFC 9051, 7.3.4
		if p.more() && p.nodes[0].kind == list {
			p.inside("correlator", func(in *parser) {
				for in.more() {
					switch name := in.atom("correlator"); name {
					case "TAG":
						in.string("tag")
					case "MAILBOX": // RFC 7377, 2.1
						in.astring("mailbox")
					case "UIDVALIDITY":
						in.number("UIDVALIDITY", 1, max32)
					default:
						in.fail("a correlator %s", name)
					}
				}
			})
		}
		if p.more() && ascii.Upper(p.nodes[0].text) == "UID" && p.nodes[0].kind == atom {
			p.next("UID")
		}
		for p.more() {
			checkSearchItem(p)
		}
		return nil
	},
	"VANISHED": func(p *parser, _ *response) error { // RFC 7162, 3.2.10
		if p.more() && p.nodes[0].kind == list {
			p.inside("EARLIER", func(in *parser) {
				if in.atom("EARLIER") != "EARLIER" {
					in.fail("not EARLIER")
				}
			})
		}
		p.set("UIDs")
		return nil
	},
	"NAMESPACE": func(p *parser, _ *response) error { // RFC 2342, 6
		for range 3 {
			n := p.next("namespace")
			switch {
			case n.isNil():
			case n.kind != list || len(n.list) == 0:
				p.fail("a namespace is neither NIL nor a list")
			default:
				checkGlued(p, n.list, "namespace", func(in *parser) {
					in.string("prefix")
					in.delimiter()
					for in.more() {
						in.string("extension")
						in.inside("values", func(values *parser) {
							for values.more() {
								values.string("value")
							}
						})
					}
				})
			}
		}
		return nil
	},
	"ID": func(p *parser, _ *response) error { // RFC 2971, 3.2
		if p.more() && p.nodes[0].isNil() {
			p.next("NIL")
			return nil
		}
		p.inside("fields", func(in *parser) {
			n := 0
			for in.more() {
				if name := in.string("field"); len(name) > 30 {
					in.fail("a field name of %d octets", len(name))
				}
				in.nstring("value")
				if n++; n > 30 {
					in.fail("more than 30 fields")
				}
			}
		})
		return nil
	},
	"QUOTA": func(p *parser, _ *response) error { // RFC 9208, 4.2.1
		p.astring("root")
		p.inside("resources", func(in *parser) {
			for in.more() {
				in.atom("resource")
				in.number("usage", 0, max63)
				in.number("limit", 0, max63)
			}
		})
		return nil
	},
	"QUOTAROOT": func(p *parser, _ *response) error {
		p.astring("mailbox")
		for p.more() {
			p.astring("root")
		}
		return nil
	},
	"ACL": func(p *parser, _ *response) error { // RFC 4314, 3.6
		p.astring("mailbox")
		for p.more() {
			p.astring("identifier")
			p.astring("rights")
		}
		return nil
	},
	"MYRIGHTS": func(p *parser, _ *response) error { p.astring("mailbox"); p.astring("rights"); return nil },
	"LISTRIGHTS": func(p *parser, _ *response) error {
		p.astring("mailbox")
		p.astring("identifier")
		p.astring("rights")
		for p.more() {
			p.astring("rights")
		}
		return nil
	},
	"METADATA": func(p *parser, _ *response) error { // RFC 5464, 5
		p.astring("mailbox")
		if p.more() && p.nodes[0].kind != list {
			for p.more() {
				p.astring("entry")
			}
			return nil
		}
		p.inside("entries", func(in *parser) {
			for {
				if name := in.astring("entry"); in.err == nil && !strings.HasPrefix(name, "/") {
					in.fail("an entry %q", name)
				}
				if n := in.next("value"); in.err == nil && !n.isString() && !n.isNil() && n.kind != literal8 {
					in.fail("a value %q", n.text)
				}
				if !in.more() {
					break
				}
			}
		})
		return nil
	},
}

// checkGlued checks lists that follow each other without spaces.
func checkGlued(p *parser, nodes []node, what string, check func(*parser)) {
	for i, n := range nodes {
		if n.kind != list || n.glued != (i > 0) {
			p.fail("%s %d is not a list, or has a space before it", what, i+1)
			return
		}
		in := &parser{nodes: n.list}
		check(in)
		if err := in.end(what); err != nil {
			p.fail("%s: %w", what, err)
		}
	}
}

// checkList: LIST and LSUB (RFC 9051, 7.3.1).
func checkList(p *parser, r *response) error {
	p.inside("attributes", func(in *parser) {
		for in.more() {
			n := in.next("attribute")
			if n.kind != atom || !strings.HasPrefix(n.text, `\`) || !isAtom(n.text[1:]) {
				in.fail("an attribute %q", n.text)
			}
		}
	})
	p.delimiter()
	p.astring("mailbox")
	if !p.more() || r.name == "LSUB" {
		return nil
	}
	p.inside("extended data", func(in *parser) {
		for in.more() {
			in.astring("name")
			if n := in.next("value"); in.err == nil && n.kind != list && (n.kind != atom || !isNumber(n.text)) {
				if _, err := parseSet(n.text); err != nil {
					in.fail("extended data %q", n.text)
				}
			}
		}
	})
	return nil
}

// checkStatus: RFC 9051, 7.3.4.
func checkStatus(p *parser, _ *response) error {
	p.astring("mailbox")
	p.inside("items", func(in *parser) {
		for in.more() {
			switch name := in.atom("item"); name {
			case "MESSAGES", "UNSEEN", "DELETED", "RECENT":
				in.number(name, 0, max32)
			case "UIDNEXT", "UIDVALIDITY":
				in.number(name, 1, max32)
			case "SIZE", "HIGHESTMODSEQ", "DELETED-STORAGE":
				in.number(name, 0, max63)
			case "APPENDLIMIT": // RFC 7889, 4
				if in.more() && in.nodes[0].isNil() {
					in.next("NIL")
				} else {
					in.number(name, 0, max63)
				}
			case "MAILBOXID": // RFC 8474, 4.3
				in.inside(name, func(id *parser) { id.objectID() })
			default:
				in.fail("an item %s", name)
			}
		}
	})
	return nil
}

// objectID: RFC 8474, 7.
func (p *parser) objectID() {
	id := p.next("object ID").text
	if p.err == nil && (len(id) > 255 || strings.Trim(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") != "" || id == "") {
		p.fail("an object ID %q", id)
	}
}

package imap4test

import "fmt"

// codes are the response codes that are known (RFC 9051, 7.1; RFC 5530, 3).
var codes = map[string]checkFunc{
	"ALERT": nothing, "READ-ONLY": nothing, "READ-WRITE": nothing, "TRYCREATE": nothing, "PARSE": nothing,
	"UNAVAILABLE": nothing, "AUTHENTICATIONFAILED": nothing, "AUTHORIZATIONFAILED": nothing, "EXPIRED": nothing,
	"PRIVACYREQUIRED": nothing, "CONTACTADMIN": nothing, "NOPERM": nothing, "INUSE": nothing, "EXPUNGEISSUED": nothing,
	"CORRUPTION": nothing, "SERVERBUG": nothing, "CLIENTBUG": nothing, "CANNOT": nothing, "LIMIT": nothing,
	"OVERQUOTA": nothing, "ALREADYEXISTS": nothing, "NONEXISTENT": nothing, "CLOSED": nothing, "UIDNOTSTICKY": nothing,
	"HASCHILDREN": nothing, "NOTSAVED": nothing, "UNKNOWN-CTE": nothing, "NOMODSEQ": nothing, "TOOBIG": nothing,
	"COMPRESSIONACTIVE": nothing, "USEATTR": nothing, "NOUPDATE": func(p *parser, _ *response) error { p.string("tag"); return nil },
	"CAPABILITY": func(p *parser, r *response) error { return checks["CAPABILITY"](p, r) },
	"PERMANENTFLAGS": func(p *parser, _ *response) error {
		p.flags("permanent flags", `\*`)
		return nil
	},
	"BADCHARSET": func(p *parser, _ *response) error {
		if p.more() {
			p.inside("charsets", func(in *parser) {
				for in.more() {
					in.astring("charset")
				}
			})
		}
		return nil
	},
	"UIDNEXT":       code32,
	"UIDVALIDITY":   code32,
	"UNSEEN":        code32,
	"HIGHESTMODSEQ": func(p *parser, _ *response) error { p.number("mod-sequence", 1, max63); return nil },
	"MODIFIED":      func(p *parser, _ *response) error { p.set("messages"); return nil },
	"APPENDUID": func(p *parser, _ *response) error {
		p.number("UIDVALIDITY", 1, max32)
		p.set("UIDs")
		return nil
	},
	"COPYUID": func(p *parser, r *response) error {
		p.number("UIDVALIDITY", 1, max32)
		p.set("source UIDs")
		p.set("destination UIDs")
		if p.err == nil && setLen(r.code[2].text) != setLen(r.code[3].text) {
			return fmt.Errorf("as many sources as destinations there must be")
		}
		return nil
	},
	"MAILBOXID": func(p *parser, _ *response) error {
		p.inside("MAILBOXID", func(in *parser) { in.objectID() })
		return nil
	},
	"METADATA": func(p *parser, _ *response) error { // RFC 5464, 5
		switch name := p.atom("METADATA"); name {
		case "LONGENTRIES", "MAXSIZE":
			p.number(name, 0, max63)
		case "TOOMANY", "NOPRIVATE":
		default:
			p.fail("%s", name)
		}
		return nil
	},
}

func code32(p *parser, _ *response) error { p.number("number", 1, max32); return nil }

func setLen(s string) (n uint64) {
	spans, err := parseSet(s)
	if err != nil {
		return 0
	}
	for _, s := range spans {
		n += s.last - s.first + 1
	}
	return n
}

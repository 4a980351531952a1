package imap4

import (
	"strings"

	"github.com/wirepost/wirepost/auth"
)

// aclRequest is what a command about an access control list says.
type aclRequest struct {
	name       []string
	identifier string
	mode       FlagMode // what the rights are for: to replace those there are, to be added, or taken away
	rights     string
}

// setACLArgs takes a mailbox, an identifier, and a change of rights (RFC 4314,
// 3.1).
func setACLArgs(p *parser) (r aclRequest) {
	r = p.identified()
	p.space()
	rights := p.astring()
	if rest, ok := strings.CutPrefix(rights, "+"); ok {
		r.mode, rights = AddFlags, rest
	} else if rest, ok := strings.CutPrefix(rights, "-"); ok {
		r.mode, rights = RemoveFlags, rest
	}
	r.rights = p.rights(rights)
	p.end()
	return r
}

// identifierArgs takes a mailbox and an identifier.
func identifierArgs(p *parser) aclRequest {
	r := p.identified()
	p.end()
	return r
}

func (p *parser) identified() (r aclRequest) {
	p.space()
	r.name = p.mailbox()
	p.space()
	quotes := p.utf8
	p.utf8 = true // RFC 4314, 3: identifiers are UTF-8
	r.identifier = p.identifier(p.astring())
	p.utf8 = quotes
	return r
}

// maxIdentifier bounds an identifier, in octets.
const maxIdentifier = 255

// identifier prepares an identifier, behind the "-" that takes rights away.
func (p *parser) identifier(s string) string {
	if p.err != nil {
		return ""
	}
	name, negative := strings.CutPrefix(s, "-")
	name, err := auth.PrepareName(name)
	if err != nil || name == "" || len(name) > maxIdentifier {
		p.fail("the identifier is not one")
		return ""
	}
	if negative {
		return "-" + name
	}
	return name
}

// rights reads rights, among them the obsolete ones that stand for several
// (RFC 4314, 2.1.1). One that is not known is an error, and must be.
func (p *parser) rights(s string) string {
	var has [len(allRights)]bool
	for _, right := range []byte(s) {
		members := string(right)
		switch right {
		case 'c':
			members = createRights
		case 'd':
			members = deleteRights
		}
		for _, m := range []byte(members) {
			i := strings.IndexByte(allRights, m)
			if i < 0 {
				p.fail("a right that is not known; they are in lower case")
				return ""
			}
			has[i] = true
		}
	}
	out := make([]byte, 0, len(allRights))
	for i, is := range has {
		if is {
			out = append(out, allRights[i])
		}
	}
	return string(out)
}

// What the obsolete rights "c" and "d" stand for (RFC 4314, 2.1.1).
const (
	createRights = "kx"
	deleteRights = "te"
)

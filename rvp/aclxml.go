package rvp

import "strings"

// The names of rights and credentials, in the order in which they are written.
var (
	rightNames = [...]string{
		"list", "read", "write", "send-to", "receive-from", "readacl", "writeacl", "presence", "subscriptions",
		"subscribe-others",
	}
	credentialNames = [...]struct {
		name string
		bit  Credentials
	}{{"any", ByAny}, {"assertion", ByAssertion}, {"digest", ByDigest}, {"ntlm", ByNTLM}, {"internal", ByInternal}}
)

// ParseACL reads an a:rvpacl, the body of an ACL request or of the answer to
// one. Rights and credentials that are not known are passed over.
func ParseACL(b []byte) (*ACL, error) {
	root, err := parseRoot(b, maxNodes, "rvpacl", "acl")
	if err != nil {
		return nil, err
	}
	if inner, ok := root.child("acl"); ok {
		root = inner
	}
	a := &ACL{Inheritance: "none"}
	for e := range root.children() {
		switch {
		case e.is("inheritance"):
			if text := e.text(); text != "" {
				a.Inheritance = text
			}
		case e.is("ace"):
			entry, err := e.ace()
			if err != nil {
				return nil, err
			}
			a.Entries = append(a.Entries, entry)
		}
	}
	return a, nil
}

// ace reads an entry: one principal, with credentials, and what is granted and denied. "allow" is
// read for "grant" (RVP-132).
func (e element) ace() (entry ACE, err error) {
	who, ok := e.child("principal")
	if !ok {
		return entry, badXML("an ace without principal")
	}
	everybody, named := 0, 0
	for c := range who.children() {
		switch {
		case c.is("allprincipals"):
			everybody++
		case c.is("rvp-principal"):
			named++
			if entry.Principal, err = ParsePrincipal(c.text()); err != nil {
				return entry, badXML("%w", err)
			}
		case c.is("credentials"):
			for _, known := range credentialNames {
				if _, ok := c.child(known.name); ok {
					entry.Credentials |= known.bit
				}
			}
		}
	}
	switch {
	case everybody+named != 1:
		return entry, badXML("an ace with %d principals: give it one rvp-principal, or allprincipals", everybody+named)
	case entry.Credentials == 0:
		return entry, errCredentials
	}
	for c := range e.children() {
		switch {
		case c.is("grant"), c.is("allow"):
			entry.Grant |= c.rights()
		case c.is("deny"):
			entry.Deny |= c.rights()
		}
	}
	return entry, nil
}

func (e element) rights() (r Rights) {
	for c := range e.children() {
		if c.is("all") {
			return RightsAll
		}
		for i, name := range rightNames {
			if c.is(name) {
				r |= 1 << i
			}
		}
	}
	return r
}

// Append appends a as an a:rvpacl.
func (a *ACL) Append(dst []byte) []byte {
	dst = append(openRoot(dst, "a:rvpacl"), "<a:acl>"...)
	inheritance := strings.Trim(a.Inheritance, " \t\r\n")
	if inheritance == "" {
		inheritance = "none"
	}
	dst = appendElement(dst, "a:inheritance", inheritance)
	for _, e := range a.Entries {
		dst = append(dst, "<a:ace><a:principal>"...)
		if e.Principal == "" {
			dst = append(dst, "<a:allprincipals/>"...)
		} else {
			dst = appendElement(dst, "a:rvp-principal", string(e.Principal))
		}
		dst = append(dst, "<a:credentials>"...)
		for _, known := range credentialNames {
			if e.Credentials&known.bit != 0 {
				dst = append(append(append(dst, "<a:"...), known.name...), "/>"...)
			}
		}
		dst = append(dst, "</a:credentials></a:principal>"...)
		dst = e.Deny.append(e.Grant.append(dst, "grant"), "deny")
		dst = append(dst, "</a:ace>"...)
	}
	return append(dst, "</a:acl></a:rvpacl>"...)
}

// append appends the rights within an element of the given name.
func (r Rights) append(dst []byte, name string) []byte {
	dst = append(append(dst, "<a:"...), name...)
	if r&RightsAll == 0 {
		return append(dst, "/>"...)
	}
	dst = append(dst, '>')
	for i, right := range rightNames {
		if r&(1<<i) != 0 {
			dst = append(append(append(dst, "<a:"...), right...), "/>"...)
		}
	}
	return append(append(append(dst, "</a:"...), name...), '>')
}

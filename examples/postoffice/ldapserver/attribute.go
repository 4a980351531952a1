package ldapserver

import (
	"cmp"
	"strings"

	"github.com/wirepost/wirepost/internal/ascii"
)

// An attribute is a type of attribute (RFC 4512, 2.5).
type attribute struct {
	oid     string
	name    string
	aliases string // with spaces between
	syntax  *syntax
	get     func(*tree, *Entry) []string // of a person or group; nil is none

	common      func(*object) []string // of every object
	operational bool                   // shown to those who ask for it
}

// attributes is all that clients can see and ask for. What Exchange and Outlook
// have of their own comes with the numbers of Exchange's schema.
var attributes = []*attribute{
	// RFC 4519 and 2798.
	{oid: "2.5.4.0", name: "objectClass", syntax: oid, get: classesOf},
	{oid: "2.5.4.3", name: "cn", aliases: "commonName", syntax: text, get: commonName},
	{oid: "2.5.4.4", name: "sn", aliases: "surname", syntax: text, get: surname},
	{oid: "2.5.4.42", name: "givenName", aliases: "gn", syntax: text, get: of(func(e *Entry) string { return e.Given })},
	{oid: "2.16.840.1.113730.3.1.241", name: "displayName", aliases: "display-name", syntax: text, get: of(displayName)},
	{oid: "0.9.2342.19200300.100.1.3", name: "mail", aliases: "rfc822Mailbox", syntax: ia5, get: func(_ *tree, e *Entry) []string { return e.Addresses }},
	{oid: "0.9.2342.19200300.100.1.1", name: "uid", aliases: "userid", syntax: text, get: ofPerson(func(e *Entry) string { return e.Name })},
	{oid: "2.5.4.20", name: "telephoneNumber", syntax: phone, get: of(func(e *Entry) string { return e.Phone })},
	{oid: "2.5.4.11", name: "ou", aliases: "organizationalUnitName", syntax: text, get: of(func(e *Entry) string { return e.Department })},
	{oid: "2.5.4.10", name: "o", aliases: "organizationName", syntax: text, get: organization},
	{oid: "0.9.2342.19200300.100.1.25", name: "dc", aliases: "domainComponent", syntax: ia5},
	{oid: "2.5.4.31", name: "member", syntax: dn, get: members},
	{oid: "2.16.840.1.113730.3.1.30", name: "mgrpRFC822MailMember", aliases: "rfc822MailMember", syntax: ia5, get: func(_ *tree, e *Entry) []string { return e.MemberAddresses }},

	// Exchange's.
	{oid: "1.2.840.113556.1.4.1", name: "rdn", syntax: text, get: of(func(e *Entry) string { return e.Name })},
	{oid: "1.2.840.113556.1.2.447", name: "mailNickname", syntax: text, get: of(func(e *Entry) string { return e.Name })},
	{oid: "1.2.840.113556.1.2.210", name: "proxyAddresses", syntax: text, get: proxyAddresses},
	{oid: "1.2.840.113556.1.2.146", name: "company", syntax: text, get: organization},
	{oid: "1.2.840.113556.1.2.141", name: "department", syntax: text, get: of(func(e *Entry) string { return e.Department })},

	// Of every entry: RFC 5020 and 4512, 4.2.
	{oid: "1.3.6.1.1.20", name: "entryDN", syntax: dn, operational: true, common: func(o *object) []string { return []string{o.name()} }},
	{oid: "2.5.18.10", name: "subschemaSubentry", syntax: dn, operational: true, common: func(*object) []string { return []string{schemaDN} }},

	// Of the root: RFC 4512, 5.1, and 3045.
	{oid: "1.3.6.1.4.1.1466.101.120.5", name: "namingContexts", syntax: dn, operational: true},
	{oid: "1.3.6.1.4.1.1466.101.120.15", name: "supportedLDAPVersion", syntax: number, operational: true},
	{oid: "1.3.6.1.4.1.1466.101.120.7", name: "supportedExtension", syntax: oid, operational: true},
	{oid: "1.3.6.1.4.1.1466.101.120.13", name: "supportedControl", syntax: oid, operational: true},
	{oid: "1.3.6.1.4.1.4203.1.3.5", name: "supportedFeatures", syntax: oid, operational: true},
	{oid: "1.3.6.1.4.1.1466.101.120.14", name: "supportedSASLMechanisms", syntax: text, operational: true},
	{oid: "1.3.6.1.1.4", name: "vendorName", syntax: text, operational: true},

	// Of the schema: RFC 4512, 4.2. Their values have rules of their own, by the
	// number that they begin with; nobody searches for them.
	{oid: "2.5.21.5", name: "attributeTypes", syntax: text, operational: true},
	{oid: "2.5.21.6", name: "objectClasses", syntax: text, operational: true},
}

// findAttribute finds an attribute by name or number; nil is none. Options, such
// as ";binary", make it another one, that nobody has.
func findAttribute(s string) *attribute {
	return attributeNames[ascii.Lower(s)]
}

// attributeNames are read by every comparison of every request.
var attributeNames = func() map[string]*attribute {
	m := make(map[string]*attribute)
	for _, a := range attributes {
		m[a.oid] = a
		for _, name := range a.names() {
			m[ascii.Lower(name)] = a
		}
	}
	return m
}()

func (a *attribute) names() []string { return append([]string{a.name}, strings.Fields(a.aliases)...) }

// of makes a list of a field that may be empty.
func of(field func(*Entry) string) func(*tree, *Entry) []string {
	return func(_ *tree, e *Entry) []string {
		if v := field(e); v != "" {
			return []string{v}
		}
		return nil
	}
}

func ofPerson(field func(*Entry) string) func(*tree, *Entry) []string {
	get := of(field)
	return func(t *tree, e *Entry) []string {
		if e.Group {
			return nil
		}
		return get(t, e)
	}
}

func classesOf(_ *tree, e *Entry) []string {
	if e.Group {
		return []string{"top", "groupOfNames", "extensibleObject"}
	}
	return []string{"top", "person", "organizationalPerson", "inetOrgPerson", "extensibleObject"}
}

func displayName(e *Entry) string {
	return cmp.Or(e.Display, strings.TrimSpace(e.Given+" "+e.Surname), e.Name)
}

// commonName of a group has its name too, which is in the name of the entry.
func commonName(_ *tree, e *Entry) []string {
	display := displayName(e)
	if e.Group && prepare(display) != prepare(e.Name) {
		return []string{e.Name, display}
	}
	return []string{display}
}

// surname is something in any case: a person must have one (RFC 4519, 3.12).
func surname(_ *tree, e *Entry) []string {
	if e.Group {
		return nil
	}
	if e.Surname != "" {
		return []string{e.Surname}
	}
	words := strings.Fields(e.Display)
	if len(words) == 0 {
		return []string{e.Name}
	}
	return words[len(words)-1:]
}

func organization(t *tree, _ *Entry) []string { return []string{t.organization} }

func members(t *tree, e *Entry) []string {
	list := make([]string, len(e.Members))
	for i, name := range e.Members {
		list[i] = t.person(name)
	}
	return list
}

// proxyAddresses has the primary address in capitals.
func proxyAddresses(_ *tree, e *Entry) []string {
	list := make([]string, len(e.Addresses))
	for i, a := range e.Addresses {
		kind := "smtp:"
		if i == 0 {
			kind = "SMTP:"
		}
		list[i] = kind + a
	}
	return list
}

package ldapserver

import "strings"

// A class is an object class (RFC 4512, 2.4).
type class struct {
	oid, name, super string
	kind             string
	must, may        string // attributes, with " $ " between
}

var classes = []class{
	{"2.5.6.0", "top", "", "ABSTRACT", "objectClass", ""},                                                                              // RFC 4512, 2.4.1
	{"2.5.6.4", "organization", "top", "STRUCTURAL", "o", "telephoneNumber"},                                                           // RFC 4519, 3.8
	{"2.5.6.5", "organizationalUnit", "top", "STRUCTURAL", "ou", "telephoneNumber"},                                                    // RFC 4519, 3.11
	{"2.5.6.6", "person", "top", "STRUCTURAL", "sn $ cn", "telephoneNumber"},                                                           // RFC 4519, 3.12
	{"2.5.6.7", "organizationalPerson", "person", "STRUCTURAL", "", "ou"},                                                              // RFC 4519, 3.10
	{"2.16.840.1.113730.3.2.2", "inetOrgPerson", "organizationalPerson", "STRUCTURAL", "", "displayName $ givenName $ mail $ o $ uid"}, // RFC 2798
	{"2.5.6.9", "groupOfNames", "top", "STRUCTURAL", "member $ cn", "o $ ou"},                                                          // RFC 4519, 3.5
	{"1.3.6.1.4.1.1466.344", "dcObject", "top", "AUXILIARY", "dc", ""},                                                                 // RFC 4519, 3.3
	{"1.3.6.1.4.1.1466.101.120.111", "extensibleObject", "top", "AUXILIARY", "", ""},                                                   // RFC 4512, 4.3
	{"2.5.20.1", "subschema", "top", "AUXILIARY", "", "attributeTypes $ objectClasses"},                                                // RFC 4512, 4.2
}

// definition is the class as the schema has it (RFC 4512, 4.1.1).
func (c class) definition() string {
	var s strings.Builder
	s.WriteString("( " + c.oid + " NAME '" + c.name + "'")
	for _, part := range [][2]string{{" SUP ", c.super}, {" ", c.kind}} {
		if part[1] != "" {
			s.WriteString(part[0] + part[1])
		}
	}
	for _, list := range [][2]string{{" MUST ( ", c.must}, {" MAY ( ", c.may}} {
		if list[1] != "" {
			s.WriteString(list[0] + list[1] + " )")
		}
	}
	return s.String() + " )"
}

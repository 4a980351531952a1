package ldapserver

import (
	"maps"
	"strings"

	"github.com/wirepost/wirepost/auth"
)

// Features that the root tells of (RFC 4512, 5.1).
const (
	allOperational = "1.3.6.1.4.1.4203.1.5.1" // RFC 3673: "+"
	trueFalse      = "1.3.6.1.4.1.4203.1.5.3" // RFC 4526
)

// rootObject is what the server says of itself (RFC 4512, 5.1). Its mechanisms
// depend on the connection: see rootFor.
func (t *tree) rootObject(s *Server) object {
	extensions := []string{whoAmI}
	if s.TLSConfig != nil {
		extensions = append(extensions, startTLS)
	}
	return object{tree: t, fixed: map[string][]string{
		"objectClass":          {"top", "extensibleObject"},
		"namingContexts":       {t.base},
		"supportedLDAPVersion": {"3"},
		"supportedExtension":   extensions,
		"supportedControl":     {pagedResults, sortRequest},
		"supportedFeatures":    {allOperational, trueFalse},
		"vendorName":           {"wirepost"},
	}}
}

// rootFor adds the mechanisms that are offered on a connection.
func (t *tree) rootFor(a *auth.Authenticator, c *auth.Conn) object {
	o := t.root
	o.fixed = make(map[string][]string, len(t.root.fixed)+1)
	maps.Copy(o.fixed, t.root.fixed)
	o.fixed["supportedSASLMechanisms"] = a.Offer(c)
	return o
}

// schemaObject describes the attributes and classes (RFC 4512, 4.2).
func schemaObject() object {
	o := object{dn: schemaDN, fixed: map[string][]string{
		"objectClass": {"top", "subschema", "extensibleObject"},
		"cn":          {"Subschema"},
	}}
	for _, a := range attributes {
		o.fixed["attributeTypes"] = append(o.fixed["attributeTypes"], a.definition())
	}
	for _, c := range classes {
		o.fixed["objectClasses"] = append(o.fixed["objectClasses"], c.definition())
	}
	return o
}

// definition is the attribute as the schema has it (RFC 4512, 4.1.2).
func (a *attribute) definition() string {
	names := "'" + strings.Join(a.names(), "' '") + "'"
	if a.aliases != "" {
		names = "( " + names + " )"
	}
	s := "( " + a.oid + " NAME " + names + " EQUALITY " + a.syntax.equality
	if a.syntax.ordering != "" {
		s += " ORDERING " + a.syntax.ordering
	}
	if a.syntax.substr != "" {
		s += " SUBSTR " + a.syntax.substr
	}
	s += " SYNTAX " + a.syntax.oid
	if a.operational {
		s += " USAGE directoryOperation"
	}
	return s + " )"
}

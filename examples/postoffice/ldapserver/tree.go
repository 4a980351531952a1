package ldapserver

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"github.com/wirepost/wirepost/internal/ascii"
)

// A tree has the names of the entries. Which there are is in doc.go.
type tree struct {
	domain, organization string
	base, people, groups string // names of the containers

	basePath, peoplePath, groupsPath path
	fixed                            []object // the containers
	root, schema                     object
}

// schemaDN is the name of the subschema (RFC 4512, 4.2).
const schemaDN = "cn=Subschema"

func newTree(s *Server) (*tree, error) {
	t := &tree{
		domain:       s.Domain,
		organization: cmp.Or(s.Organization, s.Domain, s.BaseDN),
		base:         s.BaseDN,
	}
	if t.base == "" {
		if s.Domain == "" {
			return nil, errors.New("ldapserver: Server.Domain or BaseDN must be set")
		}
		var parts []string
		for label := range strings.SplitSeq(strings.TrimSuffix(s.Domain, "."), ".") {
			parts = append(parts, "dc="+ldap.EscapeDN(label))
		}
		t.base = strings.Join(parts, ",")
	}
	t.people, t.groups = "ou=people,"+t.base, "ou=groups,"+t.base
	for _, e := range []struct {
		dn string
		to *path
	}{{t.base, &t.basePath}, {t.people, &t.peoplePath}, {t.groups, &t.groupsPath}} {
		var ok bool
		if *e.to, ok = parsePath(e.dn); !ok || len(*e.to) == 0 {
			return nil, fmt.Errorf("ldapserver: %q is not the name of an entry (RFC 4514): change Server.BaseDN or Domain", t.base)
		}
	}
	top, err := t.topObject()
	if err != nil {
		return nil, err
	}
	t.fixed = []object{top, t.container("people", t.people), t.container("groups", t.groups)}
	t.root, t.schema = t.rootObject(s), schemaObject()
	return t, nil
}

func (t *tree) person(name string) string { return "uid=" + ldap.EscapeDN(name) + "," + t.people }
func (t *tree) group(name string) string  { return "cn=" + ldap.EscapeDN(name) + "," + t.groups }

// nameOf is the name of an entry.
func (t *tree) nameOf(e *Entry) string {
	if e.Group {
		return t.group(e.Name)
	}
	return t.person(e.Name)
}

// A path is the name of an entry as it compares, from the entry up to the root.
type path []string

// maxDN is more octets than any name here has: logins have 255, and an octet may
// take three.
const maxDN = 4 << 10

// parsePath reads a name of RFC 4514.
func parsePath(s string) (path, bool) {
	if len(s) > maxDN {
		return nil, false
	}
	dn, err := ldap.ParseDN(s)
	if err != nil {
		return nil, false
	}
	p := make(path, len(dn.RDNs))
	for i, level := range dn.RDNs {
		parts := make([]string, len(level.Attributes))
		for j, a := range level.Attributes {
			kind := ascii.Lower(a.Type)
			if known := findAttribute(a.Type); known != nil {
				kind = known.name
			}
			parts[j] = rdn(kind, a.Value)
		}
		slices.Sort(parts) // a set (RFC 4512, 2.3.1)
		p[i] = strings.Join(parts, "+")
	}
	return p, true
}

// rdn is an attribute and its value within a path. No value looks like two.
func rdn(kind, value string) string { return kind + "=" + strconv.Quote(prepare(value)) }

func (p path) is(other path) bool { return slices.Equal(p, other) }

// under reports whether p is below other, by how many entries.
func (p path) under(other path) (levels int, ok bool) {
	levels = len(p) - len(other)
	return levels, levels > 0 && p[levels:].is(other)
}

// nearest returns the name of the entry that is nearest above p (RFC 4511, 4.1.9,
// matchedDN).
func (t *tree) nearest(p path) string {
	for _, e := range []struct {
		path path
		dn   string
	}{{t.peoplePath, t.people}, {t.groupsPath, t.groups}, {t.basePath, t.base}} {
		if _, ok := p.under(e.path); ok {
			return e.dn
		}
	}
	return ""
}

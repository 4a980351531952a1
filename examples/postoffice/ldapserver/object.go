package ldapserver

import (
	"errors"
	"slices"
	"strings"

	"github.com/go-ldap/ldap/v3"
)

// An object is an entry as clients see it: one of the program's, or one that is
// always there.
type object struct {
	tree  *tree
	entry *Entry
	fixed map[string][]string // without an entry: values by the attributes' names
	dn    string              // without an entry

	ready []readyValues // what a filter has compared
}

// readyValues are those of an attribute in the form in which they compare. A
// filter may compare a group's thousands of members hundreds of times, and they
// are prepared once.
type readyValues struct {
	attribute *attribute
	values    []string
}

// manyValues are worth being kept prepared.
const manyValues = 16

// has reports whether holds is true of one of an attribute's values, in the form in
// which they compare. The object must not be another goroutine's too.
func (o *object) has(a *attribute, holds func(string) bool) bool {
	for i := range o.ready {
		if o.ready[i].attribute == a {
			return slices.ContainsFunc(o.ready[i].values, holds)
		}
	}
	values := o.values(a)
	if len(values) < manyValues {
		return slices.ContainsFunc(values, func(v string) bool {
			v, ok := a.syntax.prepare(v)
			return ok && holds(v)
		})
	}
	var ready []string
	for _, v := range values {
		if v, ok := a.syntax.prepare(v); ok {
			ready = append(ready, v)
		}
	}
	o.ready = append(o.ready, readyValues{a, ready})
	return slices.ContainsFunc(ready, holds)
}

func (o *object) name() string {
	if o.entry == nil {
		return o.dn
	}
	return o.tree.nameOf(o.entry)
}

// values returns those of an attribute, none if the object does not have it.
func (o *object) values(a *attribute) []string {
	switch {
	case a.common != nil:
		return a.common(o)
	case o.entry == nil:
		return o.fixed[a.name]
	case a.get == nil:
		return nil
	}
	return a.get(o.tree, o.entry)
}

func (t *tree) container(name, dn string) object {
	return object{tree: t, dn: dn, fixed: map[string][]string{
		"objectClass": {"top", "organizationalUnit"}, "ou": {name},
	}}
}

// topObject is the base of the tree. What it is follows from its name.
func (t *tree) topObject() (object, error) {
	dn, err := ldap.ParseDN(t.base)
	if err != nil {
		return object{}, err
	}
	first := dn.RDNs[0].Attributes[0]
	o := object{tree: t, dn: t.base}
	switch strings.ToLower(first.Type) {
	case "dc":
		o.fixed = map[string][]string{
			"objectClass": {"top", "organization", "dcObject"}, "dc": {first.Value}, "o": {t.organization},
		}
	case "o":
		o.fixed = map[string][]string{"objectClass": {"top", "organization"}, "o": {first.Value}}
	case "ou":
		o.fixed = map[string][]string{"objectClass": {"top", "organizationalUnit"}, "ou": {first.Value}}
	default:
		return object{}, errors.New("ldapserver: Server.BaseDN must begin with dc=, o= or ou=")
	}
	return o, nil
}

package ldapserver

import (
	"strings"
)

// places are where a search looks.
type places struct {
	fixed          []object
	people, groups bool
	only           string // the one entry of people or groups, by its path's first; "" is all
	below          bool   // what is below only, which is nothing; but only must be there
}

// locate finds the places of a search, or says why there are none.
func (c *conn) locate(s *search) (places, *reply) {
	t := c.srv.tree
	target, ok := parsePath(s.base)
	if !ok {
		return places{}, new(refuse(invalidDNSyntax, "the base is not a name of RFC 4514"))
	}
	schema, _ := parsePath(schemaDN)
	switch {
	case len(target) == 0 && s.scope == baseObject:
		return places{fixed: []object{t.rootFor(c.srv.Auth, c.authConn())}}, nil
	case target.is(schema):
		if s.scope == singleLevel {
			return places{}, nil
		}
		return places{fixed: []object{t.schema}}, nil
	case c.account == "" && !c.srv.AnonymousRead:
		return places{}, new(refuse(insufficientAccessRights, "log in before you search"))
	}
	p, ok := t.places(target, s.scope)
	if !ok {
		return places{}, new(t.noEntry(s.base))
	}
	return p, nil
}

// places finds those of a scope. It is not ok if there is nothing of the name, as
// far as that can be told without looking.
func (t *tree) places(target path, scope int) (places, bool) {
	top, people, groups := t.fixed[0], t.fixed[1], t.fixed[2]
	sub := scope == wholeSubtree
	switch {
	case len(target) == 0: // RFC 4512, 5.1: the root itself is not in it
		if sub {
			return places{fixed: t.fixed, people: true, groups: true}, true
		}
		return places{fixed: []object{top}}, true
	case target.is(t.basePath):
		switch scope {
		case baseObject:
			return places{fixed: []object{top}}, true
		case singleLevel:
			return places{fixed: []object{people, groups}}, true
		}
		return places{fixed: t.fixed, people: true, groups: true}, true
	case target.is(t.peoplePath):
		return contents(people, scope, places{people: true}), true
	case target.is(t.groupsPath):
		return contents(groups, scope, places{groups: true}), true
	}
	return t.leaf(target, scope)
}

// contents are the places of a container.
func contents(of object, scope int, within places) places {
	switch scope {
	case baseObject:
		return places{fixed: []object{of}}
	case wholeSubtree:
		within.fixed = []object{of}
	}
	return within
}

// leaf is the place of one entry. Below it there is nothing.
func (t *tree) leaf(target path, scope int) (places, bool) {
	p := places{only: target[0], below: scope == singleLevel}
	n, ok := target.under(t.peoplePath)
	if p.people = ok && n == 1 && strings.HasPrefix(p.only, "uid="); p.people {
		return p, true
	}
	n, ok = target.under(t.groupsPath)
	p.groups = ok && n == 1 && strings.HasPrefix(p.only, "cn=")
	return p, p.groups
}

// noEntry is the answer about a name that no entry has.
func (t *tree) noEntry(name string) reply {
	r := refuse(noSuchObject, "there is no entry of this name")
	if p, ok := parsePath(name); ok {
		r.matched = t.nearest(p)
	}
	return r
}

// rdnOf is the first part of an entry's path.
func rdnOf(e *Entry) string {
	if e.Group {
		return rdn("cn", e.Name)
	}
	return rdn("uid", e.Name)
}

package rvp

import (
	"encoding/xml"
	"strconv"
	"strings"
	"time"
)

// A Lease is a value that holds for a time (rvp-exchange2000, 5.5).
type Lease struct {
	Value   string        // as Property.Inner
	Default string        // what comes after it, "" if that is not said
	Timeout time.Duration // whole seconds; 0 if that is not said
}

// A PropertyChange is one property of a PROPPATCH.
type PropertyChange struct {
	Name   xml.Name
	Remove bool // d:remove
	Leased bool // Lease came in r:leased-value; else Lease.Value is all
	Lease  Lease
	View   string // r:view-id, "" if there is none
}

// inner is the content of the property as it stands in a PROPPATCH and in the
// answer to one: plain, or leased, with the ID of the view (RVP-068, RVP-069).
func (p PropertyChange) inner() string {
	if !p.Leased && p.View == "" {
		return p.Lease.Value
	}
	b := make([]byte, 0, 160+len(p.Lease.Value)+len(p.Lease.Default))
	if p.Leased {
		b = append(append(append(b, "<r:leased-value><r:value>"...), p.Lease.Value...), "</r:value>"...)
		if p.Lease.Default != "" {
			b = append(append(append(b, "<r:default-value>"...), p.Lease.Default...), "</r:default-value>"...)
		}
		if p.Lease.Timeout > 0 {
			b = appendNumber(b, "d:timeout", uint64(p.Lease.Timeout/time.Second))
		}
		b = append(b, "</r:leased-value>"...)
	} else {
		b = append(b, p.Lease.Value...)
	}
	if p.View != "" {
		b = appendElement(b, "r:view-id", p.View)
	}
	return string(b)
}

// change reads a property whose content may be leased, as it comes back from a
// PROPPATCH.
func (p Property) change() (PropertyChange, error) {
	e, err := p.element()
	if err != nil {
		return PropertyChange{}, err
	}
	return e.change()
}

// change reads e as a property that is set.
func (e element) change() (PropertyChange, error) {
	c := PropertyChange{Name: e.name()}
	if id, ok := e.child("view-id"); ok {
		c.View = id.text()
	}
	lease, ok := e.child("leased-value")
	if !ok {
		c.Lease.Value = e.value(c.Name, "view-id")
		return c, nil
	}
	c.Leased = true
	if id, ok := lease.child("view-id"); ok && c.View == "" {
		c.View = id.text()
	}
	value, ok := lease.child("value")
	if !ok {
		return c, badXML("a leased-value without a value")
	}
	c.Lease.Value = value.value(c.Name, "")
	if d, ok := lease.child("default-value"); ok {
		c.Lease.Default = d.value(c.Name, "")
	}
	if t, ok := lease.child("timeout"); ok {
		var err error
		if c.Lease.Timeout, err = parseSeconds(t.text()); err != nil {
			return c, err
		}
	}
	return c, nil
}

// value is what e holds of the named property, without the element of that
// name. The only element of a state is the protocol's, even if it came without a prefix.
func (e element) value(name xml.Name, without string) string {
	if name == PropState {
		for c := range e.children() {
			if s := State(c.localName()); s.Valid() && !(without != "" && c.is(without)) {
				return strings.Clone(s.inner())
			}
		}
	}
	if without == "" {
		return e.inner()
	}
	return e.innerWithout(without)
}

// maxSeconds is the longest time that is told apart: 68 years.
const maxSeconds = 1<<31 - 1

// parseSeconds reads whole seconds, with or without DAV's "Second-".
func parseSeconds(s string) (time.Duration, error) {
	digits := strings.TrimPrefix(s, "Second-")
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return 0, badXML("timeout %.30q: write whole seconds", s)
	}
	n, err := strconv.ParseUint(digits, 10, 64)
	if err != nil || n > maxSeconds {
		n = maxSeconds
	}
	return time.Duration(n) * time.Second, nil
}

package rvp

import (
	"encoding/xml"
	"slices"
	"strings"
	"time"
)

// A profile is what is known of a user besides the state: what he has set
// himself, and else what the directory says.
type profile struct {
	node   Node
	user   User
	record *Record
}

// usual are the properties that every user has, besides the state, in the order in which
// watchers get them (RVP-038).
var usual = [...]xml.Name{PropDisplayName, PropEmail, PropMobileState, PropMobileDescription}

// property returns one of them, and whether there is such a one.
func (p *profile) property(name xml.Name) (Property, bool) {
	if v, ok := p.record.Value(name); ok {
		return v.Property, true
	}
	switch name {
	case PropDisplayName:
		return TextProperty(name, p.name()), true
	case PropEmail:
		return TextProperty(name, p.user.Email), true
	case PropMobileState:
		return TextProperty(name, "0"), true
	case PropMobileDescription:
		return Property{Name: name}, true
	}
	return Property{Name: name}, false
}

// all returns all of them.
func (p *profile) all() []Property {
	list := make([]Property, 0, len(usual)+len(p.record.Values))
	for _, name := range usual {
		v, _ := p.property(name)
		list = append(list, v)
	}
	for i := range p.record.Values {
		if v := p.record.Values[i].Property; !slices.Contains(usual[:], v.Name) {
			list = append(list, v)
		}
	}
	return list
}

// name is the name of the user for people; it is never empty (RVP-106).
func (p *profile) name() string {
	if v, ok := p.record.Value(PropDisplayName); ok {
		if text := strings.TrimSpace(v.Text()); text != "" {
			return text
		}
	}
	if p.user.DisplayName != "" {
		return p.user.DisplayName
	}
	return p.node.Name
}

// stateFor returns the state as the caller may see it (RVP-067, RVP-081).
func (h *HomeServer) stateFor(q *request, r *Record, now time.Time) State {
	state := r.state(now)
	if q.caller.owner {
		return state
	}
	return state.shown()
}

package ldapserver

import (
	"context"
	"errors"
)

// compare tells whether an entry has a value (RFC 4511, 4.10).
func (c *conn) compare(ctx context.Context, r *request) reply {
	in := &cursor{rest: r.body}
	base := in.text(tagOctets)
	assertion := in.in(tagSequence)
	kind := assertion.text(tagOctets)
	value := assertion.text(tagOctets)
	if in.bad {
		return malformed()
	}
	f := filter{kind: filterEquality, attribute: findAttribute(kind)}
	if f.attribute == nil {
		return refuse(undefinedAttributeType, "there is no attribute "+printable(kind))
	}
	places, no := c.locate(&search{base: base})
	if no != nil {
		return *no
	}
	ctx, cancel := context.WithTimeout(ctx, c.srv.limit.SearchTime)
	defer cancel()
	f.compareWith(value)
	result := compareFalse
	look := func(o object) bool {
		switch has := len(o.values(findAttribute(kind))) > 0; {
		case !has:
			result = noSuchAttribute
		case f.match(&o) == isTrue:
			result = compareTrue
		}
		return true
	}
	if len(places.fixed) > 0 {
		look(places.fixed[0])
		return reply{code: result}
	}
	err := c.walk(ctx, places, look)
	if errors.Is(context.Cause(ctx), errAbandoned) {
		return reply{}
	}
	if r := c.outcome(ctx, base, err); r.code != success {
		return r
	}
	return reply{code: result}
}

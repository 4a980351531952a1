package webdav

import (
	"encoding/xml"
	"net/http"

	"github.com/wirepost/wirepost/imap4"
)

// A patch is one property that a client wants to be otherwise.
type patch struct {
	name    xml.Name
	refused refusal // code 0 if it can be done
	flag    imap4.SystemFlags
	mode    imap4.FlagMode
}

// proppatch changes properties, all or none (RFC 4918, 9.2). Those are flags of messages: a store keeps no others, so
// that dead properties are refused.
func (q *request) proppatch() error {
	root, there, err := q.readXML()
	if err != nil {
		return err
	}
	if !there || root.Name != dav("propertyupdate") {
		return status(http.StatusBadRequest, "the body is no propertyupdate element of DAV:")
	}
	if err := q.unlocked(q.res.loc, false, false); err != nil {
		return err
	}
	var all []patch
	refused := false
	for _, instruction := range root.children {
		prop, ok := instruction.child(dav("prop"))
		if !ok || instruction.Name != dav("set") && instruction.Name != dav("remove") {
			continue // what is not known is passed over (RFC 4918, 17)
		}
		for _, e := range prop.children {
			p := q.patch(e, instruction.Name.Local == "set")
			refused = refused || p.refused.code != 0
			all = append(all, p)
		}
	}
	switch {
	case len(all) == 0:
		return status(http.StatusBadRequest, "there is nothing to set or remove")
	case len(all) > maxProps:
		return status(http.StatusBadRequest, "too many properties are named")
	}
	if !refused {
		if err := q.setFlags(all); err != nil {
			return err
		}
	}
	return q.tellPatches(all, refused)
}

// patch understands one change.
func (q *request) patch(e element, set bool) patch {
	p := patch{name: e.Name, mode: imap4.RemoveFlags}
	prop, known := propertyOf(e.Name)
	is, ok := boolean(e.text)
	switch {
	case !known:
		p.refused = status(http.StatusForbidden, "")
	case prop.set == 0 || !q.res.isMessage() || !set:
		p.refused = refusal{http.StatusForbidden, "", "<D:cannot-modify-protected-property/>"}
	case !hasAny(q.res.box.Rights, prop.right):
		p.refused = status(http.StatusForbidden, "")
	case !ok:
		p.refused = status(http.StatusConflict, "")
	}
	if p.flag = prop.set; is {
		p.mode = imap4.AddFlags
	}
	return p
}

// setFlags does what was asked for: what comes last is what counts.
func (q *request) setFlags(all []patch) error {
	var change [2]imap4.SystemFlags // removed, added
	for _, p := range all {
		to := 0
		if p.mode == imap4.AddFlags {
			to = 1
		}
		change[to], change[1-to] = change[to]|p.flag, change[1-to]&^p.flag
	}
	for i, mode := range []imap4.FlagMode{imap4.RemoveFlags, imap4.AddFlags} {
		if change[i] == 0 {
			continue
		}
		c := imap4.FlagChange{UIDs: imap4.NewUIDSet(q.res.meta.UID), Mode: mode, Flags: imap4.Flags{System: change[i]}}
		if _, _, err := q.account.SetFlags(q.Context(), q.res.box.ID, c); err != nil {
			return err
		}
	}
	return nil
}

// tellPatches answers with what became of each: if one was refused, the others failed because of it.
func (q *request) tellPatches(all []patch, refused bool) error {
	var b []byte
	for _, p := range all {
		r := p.refused
		switch {
		case r.code != 0:
		case refused:
			r.code = http.StatusFailedDependency
		default:
			r.code = http.StatusOK
		}
		b = appendPropstat(b, appendClose(appendOpen(nil, p.name), p.name), r)
	}
	m := q.multistatus()
	if err := m.response(q.h.href(q.res.loc, q.res.isCollection()), b); err != nil {
		return err
	}
	return m.close()
}

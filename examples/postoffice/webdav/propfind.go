package webdav

import (
	"bytes"
	"encoding/xml"
	"errors"
	"net/http"
	"slices"
	"strconv"

	"github.com/wirepost/wirepost/internal/ascii"
)

// maxProps is how many properties one request may name.
const maxProps = 256

// A question is what a PROPFIND asks for.
type question struct {
	names []xml.Name // in the order in which they were named
	only  bool       // the names of what there is, without values
	all   bool       // names are those that allprop has, and so need not be there
	brief bool       // what is not there is not told either
}

// propfind tells of the resource, and of a collection's members (RFC 4918, 9.1). It holds one message at a time, however
// many there are.
func (q *request) propfind() error {
	depth := q.Header.Get("Depth")
	switch {
	case depth == "0" || depth == "1":
	case depth != "" && !ascii.EqualFold(depth, "infinity"):
		return status(http.StatusBadRequest, "Depth is 0, 1 or infinity")
	case q.res.isCollection():
		return refusal{http.StatusForbidden, "ask with Depth 0 or 1", "<D:propfind-finite-depth/>"}
	}
	ask, err := q.question()
	if err != nil {
		return err
	}
	switch {
	case q.res.kind == absent && !q.isLocked(q.res):
		return errNotFound
	case q.res.isMessage() && !hasAny(q.res.box.Rights, "r"):
		return errForbidden
	}
	m, b := q.multistatus(), []byte(nil)
	tell := func(res *resource) (err error) {
		if b, err = q.answerTo(b[:0], ask, res); err != nil {
			return err
		}
		return m.response(q.h.href(res.loc, res.isCollection()), b)
	}
	if err := tell(q.res); err != nil {
		return err
	}
	if depth == "1" && q.res.isCollection() {
		for _, res := range q.members(q.res) {
			if err := tell(res); err != nil {
				return err
			}
		}
		for res, err := range q.messages(q.res) {
			if err == nil {
				err = tell(res)
			}
			if err != nil {
				return err
			}
		}
	}
	return m.close()
}

// question reads the body. None asks for all (RFC 4918, 9.1).
func (q *request) question() (question, error) {
	ask := question{brief: ascii.EqualFold(q.Header.Get("Brief"), "t")}
	root, there, err := q.readXML()
	if err != nil {
		return ask, err
	}
	if there {
		if err := ask.read(root); err != nil {
			return ask, status(http.StatusBadRequest, err.Error())
		}
	} else {
		ask.all = true
	}
	if ask.all || ask.only {
		var names []xml.Name
		for _, p := range properties {
			if !p.named {
				names = append(names, p.name)
			}
		}
		ask.names = slices.Concat(names, ask.names)
	}
	return ask, nil
}

// read reads a propfind element (RFC 4918, 14.20).
func (ask *question) read(root element) error {
	if root.Name != dav("propfind") {
		return errors.New("the body is no propfind element of the namespace of DAV")
	}
	prop, named := root.child(dav("prop"))
	_, ask.all = root.child(dav("allprop"))
	_, ask.only = root.child(dav("propname"))
	kinds := 0
	for _, is := range []bool{named, ask.all, ask.only} {
		if is {
			kinds++
		}
	}
	if kinds != 1 {
		return errors.New("propfind has one of prop, allprop and propname")
	}
	if include, ok := root.child(dav("include")); ok && ask.all {
		prop = include
	}
	if len(prop.children) > maxProps {
		return errors.New("more than " + strconv.Itoa(maxProps) + " properties are named")
	}
	for _, p := range prop.children {
		if !slices.Contains(ask.names, p.Name) {
			ask.names = append(ask.names, p.Name)
		}
	}
	return nil
}

// answerTo appends the propstat elements of one resource.
func (q *request) answerTo(b []byte, ask question, res *resource) ([]byte, error) {
	var missing []byte
	found := append(b, "<D:propstat><D:prop>"...)
	empty := len(found)
	for _, name := range ask.names {
		p, known := propertyOf(name)
		mark, ok := len(found), false
		if known {
			var err error
			found = appendOpen(found, name)
			if found, ok, err = p.value(found, q, res); err != nil {
				return b, err
			}
			found = appendClose(found, name)
		}
		switch {
		case !ok:
			found = found[:mark]
			if !ask.brief && !ask.only && (!ask.all || p.named || !known) {
				missing = appendClose(appendOpen(missing, name), name)
			}
		case ask.only:
			found = appendClose(appendOpen(found[:mark], name), name)
		}
	}
	if len(found) > empty || missing == nil { // there must be one (RFC 4918, 14.24)
		b = appendStatus(append(found, "</D:prop>"...), refusal{code: http.StatusOK})
		b = append(b, "</D:propstat>"...)
	}
	if missing != nil {
		b = appendPropstat(b, missing, refusal{code: http.StatusNotFound})
	}
	return b, nil
}

// boolean reads the value of a property.
func boolean(text []byte) (is, ok bool) {
	switch s := string(bytes.TrimSpace(text)); {
	case s == "1" || ascii.EqualFold(s, "true"):
		return true, true
	case s == "0" || ascii.EqualFold(s, "false"):
		return false, true
	}
	return false, false
}

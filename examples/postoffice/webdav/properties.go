package webdav

import (
	"encoding/xml"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/wirepost/wirepost/imap4"
)

// The namespaces of properties: RFC 4918's, and those of Exchange's clients.
const (
	davNS      = "DAV:"
	httpmailNS = "urn:schemas:httpmail:"
)

// A property is one that a resource can have. All of them are live (RFC 4918, 4.3).
type property struct {
	name xml.Name

	// named says that the property has to be named: allprop and propname leave it out, as it costs more, or as RFC 4331, 3
	// and 4 say.
	named bool

	// value appends the XML inside the property's element; false if the resource has none.
	value func(b []byte, q *request, res *resource) ([]byte, bool, error)

	// set is the flag that the property is (see proppatch), and right the right to change it; 0 for one that cannot be
	// changed.
	set   imap4.SystemFlags
	right string
}

func dav(local string) xml.Name      { return xml.Name{Space: davNS, Local: local} }
func httpmail(local string) xml.Name { return xml.Name{Space: httpmailNS, Local: local} }

// properties are in the order in which they are told.
var properties = []property{
	{name: dav("displayname"), value: displayName},
	{name: dav("resourcetype"), value: resourceType},
	{name: dav("creationdate"), value: ofMessage(creationDate)},
	{name: dav("getcontentlength"), value: ofMessage(contentLength)},
	{name: dav("getcontenttype"), value: ofMessage(contentType)},
	{name: dav("getetag"), value: ofMessage(etagOf)},
	{name: dav("getlastmodified"), value: ofMessage(lastModified)},
	{name: dav("lockdiscovery"), value: lockDiscovery},
	{name: dav("supportedlock"), value: supportedLock},
	{name: dav("contentclass"), value: contentClass},
	{name: dav("iscollection"), value: ofAny(func(res *resource) bool { return res.isCollection() })},
	{name: dav("isfolder"), value: ofAny(func(res *resource) bool { return res.isCollection() })},
	{name: dav("ishidden"), value: ofAny(func(*resource) bool { return false })},
	{name: dav("hassubs"), value: hasSubs},
	{name: dav("quota-available-bytes"), named: true, value: quotaAvailable},
	{name: dav("quota-used-bytes"), named: true, value: quotaUsed},
	{name: httpmail("subject"), value: ofSummary(func(s *summary) string { return s.subject })},
	{name: httpmail("from"), value: ofSummary(func(s *summary) string { return s.from })},
	{name: httpmail("to"), value: ofSummary(func(s *summary) string { return s.to })},
	{name: httpmail("date"), value: ofSummary(dateOf)},
	{name: httpmail("datereceived"), value: ofMessage(creationDate)},
	{name: httpmail("read"), value: ofFlag(imap4.Seen), set: imap4.Seen, right: "s"},
	{name: httpmail("flagged"), value: ofFlag(imap4.Flagged), set: imap4.Flagged, right: "w"},
	{name: httpmail("hasattachment"), named: true, value: hasAttachment},
	{name: httpmail("unreadcount"), value: ofCounts(func(c *imap4.Counts) uint32 { return c.Unseen })},
	{name: httpmail("inbox"), value: wellKnown("")},
	{name: httpmail("sentitems"), value: wellKnown(`\Sent`)},
	{name: httpmail("drafts"), value: wellKnown(`\Drafts`)},
	{name: httpmail("deleteditems"), value: wellKnown(`\Trash`)},
	{name: httpmail("junkemail"), value: wellKnown(`\Junk`)},
}

// propertyOf finds a property.
func propertyOf(name xml.Name) (property, bool) {
	i := slices.IndexFunc(properties, func(p property) bool { return p.name == name })
	if i < 0 {
		return property{}, false
	}
	return properties[i], true
}

// valueFunc is the type of property.value.
type valueFunc = func(b []byte, q *request, res *resource) ([]byte, bool, error)

// ofMessage is a property that each message has, and nothing else.
func ofMessage(value func(b []byte, res *resource) []byte) valueFunc {
	return func(b []byte, _ *request, res *resource) ([]byte, bool, error) {
		if !res.isMessage() {
			return b, false, nil
		}
		return value(b, res), true, nil
	}
}

// ofSummary is a property that is text of a message's header, if there is such text.
func ofSummary(text func(*summary) string) valueFunc {
	return func(b []byte, q *request, res *resource) ([]byte, bool, error) {
		if !res.isMessage() {
			return b, false, nil
		}
		s, err := q.summarize(res)
		if err != nil {
			return b, false, err
		}
		value := text(s)
		return appendText(b, value), value != "", nil
	}
}

// ofAny is a property that is true or false, of all that there is.
func ofAny(is func(*resource) bool) valueFunc {
	return func(b []byte, _ *request, res *resource) ([]byte, bool, error) {
		return appendBool(b, is(res)), res.kind != absent, nil
	}
}

// ofFlag is a property that is a flag.
func ofFlag(flag imap4.SystemFlags) valueFunc {
	return ofMessage(func(b []byte, res *resource) []byte { return appendBool(b, res.meta.Flags.System&flag != 0) })
}

// ofCounts is a property that a mailbox has at hand.
func ofCounts(count func(*imap4.Counts) uint32) valueFunc {
	return func(b []byte, _ *request, res *resource) ([]byte, bool, error) {
		if !res.holdsMessages() || res.box.Counts == nil {
			return b, false, nil
		}
		return strconv.AppendUint(b, uint64(count(res.box.Counts)), 10), true, nil
	}
}

// wellKnown is a property of a user's home: the URL of a mailbox that is there for a purpose, "" for the inbox.
func wellKnown(use string) valueFunc {
	return func(b []byte, q *request, res *resource) ([]byte, bool, error) {
		if !res.isCollection() || len(res.loc.path) > 0 || res.loc.top != q.user {
			return b, false, nil
		}
		for _, box := range q.boxes {
			is := slices.Contains(box.SpecialUse, use)
			if use == "" {
				is = len(box.Name) == 1 && box.Name[0] == inbox
			}
			if loc, ok := q.place(box.Name); is && ok && loc.top == q.user {
				return appendText(b, q.h.href(loc, true)), true, nil
			}
		}
		return b, false, nil
	}
}

func displayName(b []byte, q *request, res *resource) ([]byte, bool, error) {
	name := res.loc.last()
	if res.isMessage() {
		s, err := q.summarize(res)
		if err != nil {
			return b, false, err
		}
		if s.subject != "" {
			name = s.subject
		}
	}
	return appendText(b, name), name != "", nil
}

func resourceType(b []byte, _ *request, res *resource) ([]byte, bool, error) {
	if res.isCollection() {
		b = append(b, "<D:collection/>"...)
	}
	return b, true, nil
}

func creationDate(b []byte, res *resource) []byte {
	return res.meta.Received.UTC().AppendFormat(b, time.RFC3339)
}

func contentLength(b []byte, res *resource) []byte { return strconv.AppendInt(b, res.meta.Size, 10) }
func contentType(b []byte, _ *resource) []byte     { return append(b, messageType...) }
func etagOf(b []byte, res *resource) []byte        { return appendText(b, res.etag()) }

func lastModified(b []byte, res *resource) []byte {
	return res.modified().UTC().AppendFormat(b, http.TimeFormat)
}

// modified is when a message came to be under its name.
func (r *resource) modified() time.Time {
	if r.meta.Saved.IsZero() {
		return r.meta.Received
	}
	return r.meta.Saved
}

func contentClass(b []byte, _ *request, res *resource) ([]byte, bool, error) {
	switch {
	case res.isMessage():
		return append(b, "urn:content-classes:message"...), true, nil
	case res.holdsMessages():
		return append(b, "urn:content-classes:mailfolder"...), true, nil
	case res.isCollection():
		return append(b, "urn:content-classes:folder"...), true, nil
	}
	return b, false, nil
}

func hasSubs(b []byte, q *request, res *resource) ([]byte, bool, error) {
	if q.parents == nil { // once for all that are told of
		q.parents = map[string]bool{keyOf(location{}): true}
		for _, box := range q.boxes {
			if loc, ok := q.place(box.Name); ok {
				q.parents[keyOf(loc.parent())] = true
			}
		}
	}
	return appendBool(b, q.parents[res.key()]), res.isCollection(), nil
}

func dateOf(s *summary) string {
	if s.date.IsZero() {
		return ""
	}
	return s.date.UTC().Format(time.RFC3339)
}

func hasAttachment(b []byte, q *request, res *resource) ([]byte, bool, error) {
	if !res.isMessage() {
		return b, false, nil
	}
	has, err := q.attached(res)
	return appendBool(b, has), true, err
}

func quotaAvailable(b []byte, q *request, res *resource) ([]byte, bool, error) {
	storage, ok, err := q.storage(res)
	if !ok || storage.Limit < 0 {
		return b, false, err
	}
	return strconv.AppendInt(b, max(0, storage.Limit-storage.Usage)*1024, 10), true, nil
}

func quotaUsed(b []byte, q *request, res *resource) ([]byte, bool, error) {
	storage, ok, err := q.storage(res)
	if !ok {
		return b, false, err
	}
	return strconv.AppendInt(b, storage.Usage*1024, 10), true, nil
}

// storage is the quota of a collection.
func (q *request) storage(res *resource) (imap4.QuotaResource, bool, error) {
	quota, ok := as[imap4.QuotaStore](q.account)
	if !ok || !res.isCollection() || res.box.ID == 0 && res.loc.top != q.user || res.box.NoSelect {
		return imap4.QuotaResource{}, false, nil
	}
	roots, err := quota.QuotaRoots(q.Context(), res.box.ID)
	if errors.Is(err, imap4.ErrNotFound) {
		err = nil // it has just gone
	}
	for _, root := range roots {
		for _, r := range root.Resources {
			if r.Name == "STORAGE" {
				return r, true, nil
			}
		}
	}
	return imap4.QuotaResource{}, false, err
}

func appendBool(b []byte, is bool) []byte {
	if is {
		return append(b, '1')
	}
	return append(b, '0')
}

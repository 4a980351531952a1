package nntp

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/wirepost/wirepost/internal/ascii"
	"github.com/wirepost/wirepost/mime/header"
)

// Inject posts an article, as POST does: for gateways and programs of the
// server's own. The article is lines that end in CRLF, without dot-stuffing; what
// it lacks of Message-ID, Date and Path is added. It returns the identifier. The
// error is ErrDuplicate if it was here before, and else a Reply: 441 if it is
// refused, 436 if it may come again later.
func (s *Server) Inject(ctx context.Context, from *Source, article []byte) (id string, err error) {
	if s.Store == nil {
		return "", errNoStore
	}
	if err := checkText(article); err != nil {
		return "", R(441, err.Error())
	}
	id, err = s.inject(ctx, from, "", article)
	return id, s.asReply(ctx, err, 441)
}

// inject takes an article that is posted (RFC 5537, 3.5). The identifier is the
// one it gets if it has none.
func (s *Server) inject(ctx context.Context, from *Source, id string, text []byte) (string, error) {
	now := time.Now()
	a, err := s.parse(text)
	if err != nil {
		return "", err
	}
	a.Source, a.Posted = from, true
	added, err := s.complete(a, id, now)
	if err != nil {
		return "", err
	}
	if err := s.checkPosted(a, now); err != nil {
		return "", err
	}
	out := texts.Get().(*textBuffer)
	defer out.release()
	group, err := s.placePosted(ctx, a)
	switch {
	case err != nil:
		return "", err
	case group != "":
		// The moderator's server injects it, with a Path of its own (RFC 5537,
		// 3.5.1).
		out.b = appendHead(out.b, added.moderated+withoutPath(a.head), "")
		out.b = append(append(out.b, "\r\n"...), a.Body...)
		return a.MessageID, s.moderate(ctx, group, out.b)
	}
	head := added.path + added.moderated + added.injected + withKey(withoutPath(a.head), added.key)
	out.b = append(append(out.b, head...), "\r\n"...)
	out.b = append(out.b, a.Body...)
	if a.Header, err = parseFields(head); err != nil {
		return "", err
	}
	a.fields = newFields(a.Header)
	return a.MessageID, s.fly(ctx, a, func() error { return s.store(ctx, a, out.b, now) })
}

// checkPosted checks what a poster has written (RFC 5537, 3.4 and 3.5).
func (s *Server) checkPosted(a *Candidate, now time.Time) error {
	if err := s.checkFields(a, now); err != nil {
		return err
	}
	if err := s.checkPostedDate(&a.fields.value, now); err != nil {
		return err
	}
	for _, k := range [...]fieldKind{fieldInjectionInfo, fieldXref} {
		if a.fields.has[k] {
			return reject("%s is not for posters", fieldNames[k])
		}
	}
	for i := range a.Header {
		if isDeprecated(a.Header[i].Name) {
			return reject("%s is not for articles", a.Header[i].Name)
		}
	}
	v := &a.fields.value
	for identity := range strings.SplitSeq(v[fieldPath], "!") {
		if hasPrefixFold(strings.Trim(identity, " \t"), ".POSTED") {
			return reject("Path says that it was posted before")
		}
	}
	if !pathChars(v[fieldPath]) {
		return reject("Path is malformed")
	}
	from := header.ParseAddresses(v[fieldFrom], nil)
	if len(from) == 0 || slices.ContainsFunc(from, func(a header.Address) bool { return a.Mark == header.Mailbox && a.Domain == "" }) {
		return reject("From has no address")
	}
	for _, g := range splitList(v[fieldFollowupTo]) {
		if !ValidGroupName(g) {
			return reject("Followup-To names what is no group")
		}
	}
	for _, name := range a.Distributions() {
		if !validDistribution(name) {
			return reject("Distribution names what is none")
		}
	}
	if v[fieldExpires] != "" {
		if _, ok := header.ParseDate(v[fieldExpires], nil); !ok {
			return reject("Expires cannot be read")
		}
	}
	if v[fieldControl] != "" {
		if _, err := parseControl(a); err != nil {
			return err
		}
	}
	return nil
}

// validDistribution reports whether an article may name a distribution so (RFC 5536, 3.2.4).
func validDistribution(name string) bool {
	for i := range len(name) {
		if c := name[i]; !ascii.IsAlnum(c) && (i == 0 || strings.IndexByte("+-_", c) < 0) {
			return false
		}
	}
	return name != "" && !ascii.EqualFold(name, "all")
}

// pathChars reports whether a Path has only what it may (RFC 5536, 3.1.5).
func pathChars(s string) bool {
	for i := range len(s) {
		if c := s[i]; !ascii.IsAlnum(c) && strings.IndexByte("!.-_:/ \t", c) < 0 {
			return false
		}
	}
	return true
}

// placePosted decides which groups a posted article is filed in, or to which
// group's moderator it goes: that of the first that is moderated (RFC 5537,
// 3.5.1).
func (s *Server) placePosted(ctx context.Context, a *Candidate) (moderated string, _ error) {
	access := &a.Source.Access
	if verb := a.controlVerb(); verb != "" && verb != "cancel" && !access.Control {
		return "", reject("control messages are not permitted")
	}
	known := false
	for _, name := range a.Newsgroups {
		g, err := s.standing(ctx, name)
		if errors.Is(err, ErrNoGroup) {
			if isReserved(name) && !a.fields.has[fieldControl] {
				return "", reject("%s cannot be the name of a newsgroup", name)
			}
			// Where there is such a group it may be a moderated one.
			if a.fields.has[fieldApproved] && !access.Approve.Match(name) && !access.Control {
				return "", reject("you may not approve articles for %s", name)
			}
			continue
		}
		posting := access.Post.Match(name)
		if err == nil {
			err = s.resolve(ctx, &g)
		}
		if err != nil {
			return "", err
		}
		known = true
		switch {
		case isServers(name) && !a.fields.has[fieldControl]:
			return "", reject("%s is not for posting", name)
		case !posting || !access.Post.Match(g.Name), g.Status == NoPosting, g.Status == Closed:
			return "", reject("posting to %s is not permitted", name)
		case g.Status == Moderated && !a.fields.has[fieldApproved]:
			moderated = cmp.Or(moderated, g.Name)
			continue
		case g.Status == Moderated && !access.Approve.Match(g.Name):
			return "", reject("you may not approve articles for %s", name)
		}
		a.file(&g)
	}
	if !known && !a.fields.has[fieldControl] {
		return "", reject("none of its newsgroups is known here")
	}
	return moderated, nil
}

// withoutPath is a header without its Path.
func withoutPath(head string) string {
	rest := head
	for rest != "" {
		end := fieldEnd(rest)
		if hasPrefixFold(rest, "Path:") {
			at := len(head) - len(rest)
			return head[:at] + rest[end:]
		}
		rest = rest[end:]
	}
	return head
}

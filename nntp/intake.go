package nntp

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/wirepost/wirepost/mime/header"
)

// A Source is where an article comes from.
type Source struct {
	Access Access
	User   string     // who logged in; empty if nobody did
	Addr   netip.Addr // of the client; the zero Addr if it has none

	conn *Conn // nil if it comes from no conversation
}

// A Candidate is an article that is about to be stored, or was.
type Candidate struct {
	Source     *Source
	MessageID  string
	Header     Header   // as it came, or as it was posted
	Body       []byte   // valid until the function that it was given to returns
	Newsgroups []string // those that the article names
	Groups     []string // those of them that it is filed in
	Path       string   // as it came; empty for what was posted here
	Size       int64    // octets, as they are stored
	Posted     bool     // it was posted here, not relayed

	fields fields
	head   string // of the article, with its CRLFs
}

// Distributions are those that the article names.
func (a *Candidate) Distributions() []string { return splitList(a.fields.value[fieldDistribution]) }

// A refusal is why an article is not taken.
type refusal struct {
	text string
	kind refusalKind
}

type refusalKind uint8

const (
	rejected  refusalKind = iota // for good
	duplicate                    // it was here before
	deferred                     // it may come again later
)

func (r *refusal) Error() string { return r.text }

func reject(format string, args ...any) error {
	return &refusal{text: fmt.Sprintf(format, args...)}
}

var errDuplicate = &refusal{"the article was here before", duplicate}

// refusalOf is what the sender of an article is told of err: faults of what the
// program brought may pass.
func (s *Server) refusalOf(ctx context.Context, err error) *refusal {
	if r, ok := errors.AsType[*refusal](err); ok {
		return r
	}
	if r, ok := errors.AsType[Reply](err); ok && r.refuses() {
		kind := rejected
		if r.Temporary() {
			kind = deferred
		}
		return &refusal{r.Text, kind}
	}
	if errors.Is(err, ErrDuplicate) {
		return errDuplicate
	}
	if errors.Is(err, ErrNoGroup) {
		return &refusal{"a newsgroup of it has just gone", deferred}
	}
	s.logger().ErrorContext(ctx, "nntp: article could not be stored", "err", err)
	return &refusal{"local error, try again later", deferred}
}

// parse reads an article.
func (s *Server) parse(text []byte) (*Candidate, error) {
	size := bytes.Index(text, []byte("\r\n\r\n"))
	switch {
	case size < 0:
		return nil, reject("no empty line behind the header")
	case size > s.limits().Header:
		return nil, reject("the header is longer than %d octets", s.limits().Header)
	}
	a := &Candidate{head: string(text[:size+2]), Body: text[size+4:]}
	h, err := parseFields(a.head)
	if err != nil {
		return nil, reject("%s", strings.TrimPrefix(err.Error(), "nntp: "))
	}
	a.Header, a.fields = h, newFields(h)
	a.MessageID = a.fields.value[fieldMessageID]
	if k := a.fields.twice; k != mandatory {
		return nil, reject("%s comes twice", fieldNames[k])
	}
	return a, nil
}

// checkFields checks what all articles must have.
func (s *Server) checkFields(a *Candidate, now time.Time) error {
	v := &a.fields.value
	for k := range mandatory {
		if v[k] == "" {
			return reject("%s is missing", fieldNames[k])
		}
	}
	for k, has := range a.fields.has {
		if has && v[k] == "" {
			return reject("%s has no content", fieldNames[k])
		}
	}
	if !wellFormedID(a.MessageID) {
		return reject("Message-ID is malformed")
	}
	if err := s.checkNewsgroups(a); err != nil {
		return err
	}
	return s.checkDate(v, now)
}

func (s *Server) checkNewsgroups(a *Candidate) error {
	a.Newsgroups = splitList(a.fields.value[fieldNewsgroups])
	switch {
	case len(a.Newsgroups) == 0:
		return reject("Newsgroups names no group")
	case len(a.Newsgroups) > s.limits().ArticleGroup:
		return reject("Newsgroups names more than %d groups", s.limits().ArticleGroup)
	}
	for i, g := range a.Newsgroups {
		if !ValidGroupName(g) {
			return reject("Newsgroups names what is no group")
		}
		if slices.Contains(a.Newsgroups[:i], g) {
			return reject("Newsgroups names a group twice")
		}
	}
	return nil
}

// future is how far ahead of us an article's clock may be (RFC 5537, 3.5 and
// 3.6).
const future = 24 * time.Hour

// defaultCutoff is that of Server.Cutoff.
const defaultCutoff = 10 * 24 * time.Hour

// checkDate refuses what is so old that the history may have forgotten it, and
// what comes from the future (RFC 5537, 3.6), by Injection-Date, or else by Date.
func (s *Server) checkDate(v *[fieldKinds]string, now time.Time) error {
	counts := fieldDate
	if v[fieldInjectionDate] != "" {
		counts = fieldInjectionDate
	}
	for _, k := range [...]fieldKind{fieldDate, fieldInjectionDate} {
		if v[k] == "" {
			continue
		}
		t, ok := header.ParseDate(v[k], nil)
		if !ok {
			return reject("%s cannot be read", fieldNames[k])
		}
		if k == counts {
			if err := checkTime(k, t, now, s.cutoff()); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkTime refuses a time that is out of bounds.
func checkTime(k fieldKind, t, now time.Time, cutoff time.Duration) error {
	switch {
	case t.After(now.Add(future)):
		return reject("%s is in the future", fieldNames[k])
	case cutoff > 0 && t.Before(now.Add(-cutoff)):
		return reject("too old, says %s", fieldNames[k])
	}
	return nil
}

// minPostCutoff is how old a posted article may be at least (RFC 5537, 3.5).
const minPostCutoff = 72 * time.Hour

// checkPostedDate refuses what other servers would: some do not know
// Injection-Date, and only the server that an article is posted to can tell its
// poster (RFC 5537, 3.5).
func (s *Server) checkPostedDate(v *[fieldKinds]string, now time.Time) error {
	cutoff := s.cutoff()
	if cutoff > 0 {
		cutoff = max(cutoff, minPostCutoff)
	}
	t, ok := header.ParseDate(v[fieldDate], nil)
	if !ok {
		return reject("%s cannot be read", fieldNames[fieldDate])
	}
	return checkTime(fieldDate, t, now, cutoff)
}

func (s *Server) cutoff() time.Duration {
	if s.Cutoff == 0 {
		return defaultCutoff
	}
	return s.Cutoff
}

// store files an article whose text is in b, tells who wants to know, and does
// what it says if it is a control message.
func (s *Server) store(ctx context.Context, a *Candidate, b []byte, now time.Time) error {
	control, err := s.judge(ctx, a)
	if err != nil {
		return err
	}
	a.Size = int64(len(b))
	if s.Filter != nil {
		if err := s.Filter(ctx, a); err != nil {
			return err
		}
	}
	in := Incoming{MessageID: a.MessageID, Groups: a.Groups, Arrived: now}
	if len(a.Groups) > 0 {
		in.Overview = NewOverview(a.Header, a.Body, len(b))
		in.Text = bytes.NewReader(b)
		if v := a.fields.value[fieldExpires]; v != "" {
			in.Expires, _ = header.ParseDate(v, nil) // zero if it cannot be read
		}
	}
	if _, err := s.Store.Add(ctx, in); err != nil {
		return err
	}
	if control != nil {
		s.obey(ctx, control)
	}
	if s.Accepted != nil {
		s.Accepted(ctx, a)
	}
	return nil
}

// fly stores an article, unless another one of its identifier is being stored:
// that is waited for.
func (s *Server) fly(ctx context.Context, a *Candidate, store func() error) error {
	for {
		wait, _ := s.flights.begin(a.MessageID, a.Source.conn)
		if wait == nil {
			break
		}
		select {
		case <-wait:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	defer s.flights.end(a.MessageID)
	return store()
}

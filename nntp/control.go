package nntp

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/wirepost/wirepost/internal/ascii"
)

// A Control is a control message (RFC 5537, 5), or an article that supersedes
// another (RFC 5537, 5.4). Only the Control field makes one; what begins with
// "cmsg" in its Subject does not.
type Control struct {
	Verb string   // "newgroup", "rmgroup", "checkgroups", "cancel", "supersedes", or an unknown one; lower case
	Args []string // of the Control field, without the verb

	Group     string // of newgroup and rmgroup
	Moderated bool   // of newgroup
	Target    string // of cancel and supersedes: the identifier of the article that is to go
	Lock      Lock   // of Target

	Article *Candidate

	places []Place // where Target is filed
}

// A Lock says whether a message has the key to the cancel-lock of its target
// (RFC 8315).
type Lock uint8

// The states of a lock.
const (
	NoTarget Lock = iota // the target is not here (any more, or yet)
	NoLock               // the target has no cancel-lock
	Locked               // the message has not the right key
	Unlocked             // it has
)

// An Action is what is done about a control message.
type Action uint8

// The actions.
const (
	FileOnly Action = iota // store and relay the message, and do nothing
	Obey                   // that, and do what it says
	Refuse                 // refuse the message
)

var verbs = []string{"newgroup", "rmgroup", "checkgroups", "cancel", "sendme", "ihave"}

// controlVerb is the verb of the Control field, empty if there is none.
func (a *Candidate) controlVerb() string {
	verb, _ := cutWord(a.fields.value[fieldControl])
	return asciiLower(verb)
}

func asciiLower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

// target is the identifier of the article that a is to remove, empty if there is
// none.
func (a *Candidate) target() string {
	id := a.fields.value[fieldSupersedes]
	if a.controlVerb() == "cancel" {
		_, id = cutWord(a.fields.value[fieldControl])
	}
	if !ValidMessageID(id) {
		return ""
	}
	return id
}

// parseControl reads what a control message wants, nil if a is none (RFC 5537,
// 5).
func parseControl(a *Candidate) (*Control, error) {
	c := &Control{Article: a, Target: a.target()}
	if !a.fields.has[fieldControl] {
		if a.fields.has[fieldSupersedes] {
			if c.Verb = "supersedes"; c.Target == "" {
				return nil, reject("Supersedes is malformed")
			}
			return c, nil
		}
		return nil, nil
	}
	if a.fields.has[fieldSupersedes] {
		return nil, reject("Control and Supersedes cannot be together") // RFC 5536, 3.2.3
	}
	c.Verb = a.controlVerb()
	_, rest := cutWord(a.fields.value[fieldControl])
	c.Args = strings.Fields(rest)
	switch c.Verb {
	case "newgroup", "rmgroup":
		if len(c.Args) == 0 || !ValidGroupName(c.Args[0]) {
			return nil, reject("Control names no group")
		}
		c.Group = c.Args[0]
		c.Moderated = len(c.Args) > 1 && ascii.EqualFold(c.Args[1], "moderated")
	case "cancel":
		if c.Target == "" {
			return nil, reject("Control names no article")
		}
	}
	if c.Verb != "cancel" && slices.Contains(verbs[:3], c.Verb) && !a.fields.has[fieldApproved] {
		return nil, reject("a group control message needs Approved") // RFC 5537, 5.2
	}
	return c, nil
}

// judge decides about a control message: the error refuses it, and the Control
// that is returned is to be obeyed once the message is stored.
func (s *Server) judge(ctx context.Context, a *Candidate) (*Control, error) {
	c, err := parseControl(a)
	if c == nil || err != nil {
		return nil, err
	}
	if a.fields.has[fieldControl] {
		if err := s.placeControl(ctx, a, c.Verb); err != nil {
			return nil, err
		}
	}
	if c.Target != "" {
		if c.Lock, c.places, err = s.lock(ctx, c.Target, a.fields.value[fieldCancelKey]); err != nil {
			return nil, err
		}
	}
	decide := s.Control
	if decide == nil {
		decide = (&ControlPolicy{}).Decide
	}
	action, err := decide(ctx, c)
	switch {
	case err != nil:
		return nil, err
	case action == Refuse:
		return nil, reject("this control message is not taken here")
	case action == Obey:
		return c, nil
	}
	return nil, nil
}

// placeControl files a control message in "control.<verb>", or in "control", if
// there are such groups, and nowhere else.
func (s *Server) placeControl(ctx context.Context, a *Candidate, verb string) error {
	a.Groups = nil
	for _, name := range []string{"control." + verb, "control"} {
		_, err := s.standing(ctx, name)
		if err == nil {
			a.Groups = []string{name}
			return nil
		}
		if !errors.Is(err, ErrNoGroup) {
			return err
		}
	}
	return nil
}

// lock compares a message's keys with the locks of its target, and tells where
// that is filed.
func (s *Server) lock(ctx context.Context, target, keys string) (Lock, []Place, error) {
	a, err := s.Store.Find(ctx, target)
	if errors.Is(err, ErrNoArticle) {
		return NoTarget, nil, nil
	}
	if err != nil {
		return NoTarget, nil, err
	}
	h, err := readHeader(a.Text)
	if err = errors.Join(err, a.Text.Close()); err != nil {
		return NoTarget, nil, err
	}
	locks := h.Get("Cancel-Lock")
	switch {
	case locks == "":
		return NoLock, a.Places, nil
	case Unlocks(keys, locks):
		return Unlocked, a.Places, nil
	}
	return Locked, a.Places, nil
}

// obey does what a control message says. The message is stored already: what
// goes wrong can only be logged.
func (s *Server) obey(ctx context.Context, c *Control) {
	var err error
	switch c.Verb {
	case "cancel", "supersedes":
		err = s.Store.Remove(ctx, c.Target)
	case "newgroup":
		err = s.makeGroup(ctx, c.newGroup())
	case "rmgroup":
		if err = s.Store.ChangeGroup(ctx, GroupChange{Name: c.Group, Remove: true}); errors.Is(err, ErrNoGroup) {
			err = nil
		}
	case "checkgroups":
		err = s.checkGroups(ctx, c)
	default:
		return
	}
	log := s.logger().With("verb", c.Verb, "id", c.Article.MessageID, "group", c.Group, "target", c.Target)
	if err != nil {
		log.ErrorContext(ctx, "nntp: control message could not be obeyed", "err", err)
		return
	}
	log.InfoContext(ctx, "nntp: control message obeyed")
}

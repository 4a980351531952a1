package nntp

import (
	"strings"

	"github.com/wirepost/wirepost/internal/ascii"
)

// The parsers of arguments: pure functions from what is behind a command to
// typed values. An error that is a Reply is the answer; any other one is
// answered by badSyntax.

// nothing takes no arguments.
func nothing(s string) (struct{}, error) {
	if s != "" {
		return struct{}{}, errSyntax
	}
	return struct{}{}, nil
}

// words takes from lo to hi words.
func words(s string, lo, hi int) ([]string, error) {
	w := strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == '\t' })
	if len(w) < lo || len(w) > hi {
		return nil, errSyntax
	}
	return w, nil
}

// text takes anything: the handler must go on however wrong it is.
func text(s string) (string, error) { return strings.TrimRight(s, " \t"), nil }

// word takes one word.
func word(s string) (string, error) {
	w, err := words(s, 1, 1)
	if err != nil {
		return "", err
	}
	return w[0], nil
}

// maybeKeyword takes a keyword (RFC 3977, 9.8), or nothing.
func maybeKeyword(s string) (struct{}, error) {
	w, err := words(s, 0, 1)
	if err == nil && len(w) == 1 && !isKeyword(w[0]) {
		err = errSyntax
	}
	return struct{}{}, err
}

// isKeyword: a letter, then letters, digits, dots and hyphens, three at least.
func isKeyword(s string) bool {
	for i := range len(s) {
		if c := s[i]; !ascii.IsAlnum(c) && c != '.' && c != '-' {
			return false
		}
	}
	return len(s) >= 3 && s[0] >= 'A'
}

// messageID takes a message-id.
func messageID(s string) (string, error) {
	if ValidMessageID(s) {
		return s, nil
	}
	id, err := word(s)
	if err == nil && !ValidMessageID(id) {
		err = errSyntax
	}
	return id, err
}

// groupName takes the name of a newsgroup. What a name may look like is for the
// store to say: there is no such group.
func groupName(s string) (string, error) { return word(s) }

// listGroupRequest is what a LISTGROUP command says.
type listGroupRequest struct {
	group   string // empty for the current one
	numbers Range
}

// listGroupArgs takes nothing, a group, or a group and a range.
func listGroupArgs(s string) (listGroupRequest, error) {
	w, err := words(s, 0, 2)
	req := listGroupRequest{numbers: allNumbers}
	if err == nil && len(w) > 0 {
		req.group = w[0]
	}
	if err == nil && len(w) > 1 {
		req.numbers, err = ParseRange(w[1])
	}
	return req, err
}

// articleRequest names an article: by its identifier, by its number, or, if
// there is neither, the current one.
type articleRequest struct {
	id       string
	number   Number
	numbered bool
}

// articleArg takes a message-id, a number, or nothing.
func articleArg(s string) (articleRequest, error) {
	w, err := words(s, 0, 1)
	switch {
	case err != nil || len(w) == 0:
		return articleRequest{}, err
	case w[0][0] == '<':
		id, err := messageID(w[0])
		return articleRequest{id: id}, err
	}
	n, err := number(w[0])
	return articleRequest{number: n, numbered: true}, err
}

// rangeRequest names articles: one by its identifier, those of a range, or, if
// there is neither, the current one.
type rangeRequest struct {
	id      string
	numbers Range
	ranged  bool
}

// rangeArg takes a message-id, a range, or nothing.
func rangeArg(s string) (rangeRequest, error) {
	w, err := words(s, 0, 1)
	if err != nil || len(w) == 0 {
		return rangeRequest{}, err
	}
	return rangeOrID(w[0])
}

func rangeOrID(s string) (rangeRequest, error) {
	if s[0] == '<' {
		id, err := messageID(s)
		return rangeRequest{id: id}, err
	}
	r, err := ParseRange(s)
	return rangeRequest{numbers: r, ranged: true}, err
}

// headerRequest is what an HDR, XHDR or XPAT command says.
type headerRequest struct {
	rangeRequest
	field    string  // a header's name or ":bytes" and the like
	patterns pattern // of XPAT
}

// headerArgs takes the name of a field, and what rangeArg takes.
func headerArgs(s string) (headerRequest, error) {
	w, err := words(s, 1, 2)
	if err != nil {
		return headerRequest{}, err
	}
	req := headerRequest{field: w[0]}
	if len(w) > 1 {
		req.rangeRequest, err = rangeOrID(w[1])
	}
	if err == nil && !isFieldOrItem(req.field) {
		err = errSyntax
	}
	return req, err
}

// isFieldOrItem tells the name of a header or a metadata item (RFC 3977, 9.8).
func isFieldOrItem(s string) bool {
	s = strings.TrimPrefix(s, ":")
	return s != "" && validFieldName(s) && !strings.Contains(s, ":")
}

// patArgs takes a field, a range or message-id, and a pattern, in which spaces
// stand for themselves (RFC 2980, 2.9).
func patArgs(s string) (headerRequest, error) {
	field, rest := cutWord(s)
	which, pat := cutWord(rest)
	if which == "" || pat == "" || !isFieldOrItem(field) {
		return headerRequest{}, errSyntax
	}
	req := headerRequest{field: field}
	var err error
	if req.rangeRequest, err = rangeOrID(which); err != nil {
		return req, err
	}
	req.patterns = textPattern(pat)
	return req, nil
}

// maybeWildmat takes a wildmat, or nothing, which stands for all.
func maybeWildmat(s string) (Wildmat, error) {
	w, err := words(s, 0, 1)
	if err != nil || len(w) == 0 {
		return everything, err
	}
	return ParseWildmat(w[0])
}

// noKeyword is for LIST alone. Any argument is a keyword that is not known.
func noKeyword(s string) (Wildmat, error) {
	if s != "" {
		return Wildmat{}, unknownKeyword
	}
	return everything, nil
}

// headersArg takes MSGID, RANGE or nothing (RFC 3977, 8.6.1).
func headersArg(s string) (struct{}, error) {
	if s = strings.TrimRight(s, " \t"); s != "" && !ascii.EqualFold(s, "MSGID") && !ascii.EqualFold(s, "RANGE") {
		return struct{}{}, errSyntax
	}
	return struct{}{}, nil
}

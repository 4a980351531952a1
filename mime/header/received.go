package header

import (
	"strings"
	"time"

	"github.com/wirepost/wirepost/internal/ascii"
	"github.com/wirepost/wirepost/mime/defect"
)

// OddReceived is a trace field without its by clause or its date.
const OddReceived defect.Kind = "a trace field without by or date"

// Received is the trace field that each server adds (RFC 5321, 4.4). What is not there is empty. Only the topmost ones, of
// servers that one trusts, are worth believing.
type Received struct {
	From     string    // the name that the client gave itself
	FromInfo string    // the comment behind it: as a rule, what the server found out about the client
	By       string    // the server
	ByInfo   string    // the comment behind it
	Via      string    // the link, such as TCP
	With     string    // the protocol, such as ESMTPS, and what else is said there
	ID       string    // the name of the message at the server
	For      string    // a recipient, without angle brackets
	Date     time.Time // when the server had it; zero if that cannot be read
}

// ParseReceived reads a trace field, as far as it has the form of RFC 5321, 4.4 or 2821's and 822's.
func ParseReceived(value string, found *defect.List) Received {
	var r Received
	clauses, date := cutDate(value)
	if date != "" {
		if t, ok := ParseDate(date, found); ok {
			r.Date = t
		}
	}
	var field, info *string
	for i := 0; i < len(clauses); {
		start := i
		switch {
		case is(clauses[i], isSpace):
			i++
		case clauses[i] == '(':
			end, closed := skipComment(clauses, i)
			if !closed {
				found.Add(UnclosedComment, int64(i))
			}
			if info != nil && *info == "" {
				*info = commentText(clauses[i:end])
			}
			i = end
		default:
			for i < len(clauses) && !is(clauses[i], isSpace) && clauses[i] != '(' {
				i++
			}
			word := clauses[start:i]
			if f, c := r.clause(word); f != nil && *f == "" && (field == nil || *field != "") {
				field, info = f, c
				continue
			}
			switch {
			case field == nil:
				found.Add(StrayText, int64(start))
			case *field == "":
				*field = Unfold(word)
			case field == &r.With && len(r.With) < foldAt:
				r.With += " " + word
			default:
				found.Add(StrayText, int64(start))
			}
		}
	}
	if r.By == "" || r.Date.IsZero() {
		found.Add(OddReceived, -1)
	}
	r.For = strings.TrimSuffix(strings.TrimPrefix(r.For, "<"), ">")
	for _, f := range []*string{&r.From, &r.FromInfo, &r.By, &r.ByInfo, &r.Via, &r.With, &r.ID, &r.For} {
		*f = clean(*f, found)
	}
	return r
}

// clause finds what a keyword stands for, and where a comment behind it goes.
func (r *Received) clause(word string) (field, info *string) {
	switch ascii.Lower(word) {
	case "from":
		return &r.From, &r.FromInfo
	case "by":
		return &r.By, &r.ByInfo
	case "via":
		return &r.Via, nil
	case "with":
		return &r.With, nil
	case "id":
		return &r.ID, nil
	case "for":
		return &r.For, nil
	}
	return nil, nil
}

// cutDate parts a trace field at its last semicolon outside comments.
func cutDate(s string) (clauses, date string) {
	at := -1
	for i := 0; i < len(s); {
		switch s[i] {
		case '(':
			i, _ = skipComment(s, i)
			continue
		case ';':
			at = i
		}
		i++
	}
	if at < 0 {
		return s, ""
	}
	return s[:at], s[at+1:]
}

// commentText is what is in a comment.
func commentText(s string) string {
	s = strings.TrimPrefix(s, "(")
	return trimSpace(unquote(strings.TrimSuffix(s, ")")))
}

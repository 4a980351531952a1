package nntp

import (
	"context"
	"fmt"
	"iter"
	"strconv"
	"strings"
	"time"
)

// ListActive yields newsgroups with Name, Low, High and Status (RFC 3977, 7.6.3):
// those that match a wildmat, or all if it is empty.
func (c *Client) ListActive(ctx context.Context, wildmat string) iter.Seq2[Group, error] {
	q := clientListQuery("ACTIVE", wildmat)
	if wildmat == "" {
		q.older = &clientQuery{code: 215, verb: "LIST"} // RFC 977
	}
	return clientEach(ctx, c, q, clientParseActive)
}

// ListCounts is ListActive with Count (RFC 6048, 2.2).
func (c *Client) ListCounts(ctx context.Context, wildmat string) iter.Seq2[Group, error] {
	return clientEach(ctx, c, clientListQuery("COUNTS", wildmat), clientParseCounts)
}

// ListTimes yields newsgroups with Name, Created and Creator (RFC 3977, 7.6.4).
func (c *Client) ListTimes(ctx context.Context, wildmat string) iter.Seq2[Group, error] {
	return clientEach(ctx, c, clientListQuery("ACTIVE.TIMES", wildmat), clientParseTimes)
}

// ListNewsgroups yields newsgroups with Name and Description (RFC 3977, 7.6.6).
func (c *Client) ListNewsgroups(ctx context.Context, wildmat string) iter.Seq2[Group, error] {
	return clientEach(ctx, c, clientListQuery("NEWSGROUPS", wildmat), clientParseDescription)
}

// List yields the lines of any other LIST, such as "OVERVIEW.FMT" (RFC 3977, 8.4),
// "HEADERS", "SUBSCRIPTIONS" or "MOTD" (RFC 6048). argument may be empty. 503 says
// that the server keeps no such list.
func (c *Client) List(ctx context.Context, keyword, argument string) iter.Seq2[string, error] {
	q := clientListQuery(keyword, argument)
	if q.wrong == nil {
		q.wrong = clientCheckWord("keyword", keyword)
	}
	return clientEach(ctx, c, q, func(line string) (string, error) { return line, nil })
}

func clientListQuery(keyword, argument string) clientQuery {
	q := clientQuery{code: 215, verb: "LIST", args: keyword}
	if argument != "" {
		q.wrong = clientCheckWord("argument", argument)
		q.args += " " + argument
	}
	return q
}

// NewGroups yields the newsgroups that were made at since or later, as ListActive
// does (RFC 3977, 7.3). Mind that the server's clock may differ: see Date.
func (c *Client) NewGroups(ctx context.Context, since time.Time) iter.Seq2[Group, error] {
	q := clientQuery{code: 231, verb: "NEWGROUPS", args: clientSince(since)}
	return clientEach(ctx, c, q, clientParseActive)
}

// NewNews yields the identifiers of articles in newsgroups that match a wildmat
// and that came at since or later (RFC 3977, 7.4): see NewGroups for since. Some
// servers yield one twice.
func (c *Client) NewNews(ctx context.Context, wildmat string, since time.Time) iter.Seq2[string, error] {
	q := clientQuery{code: 230, verb: "NEWNEWS", args: wildmat + " " + clientSince(since)}
	q.wrong = clientCheckWord("wildmat", wildmat)
	return clientEach(ctx, c, q, func(line string) (string, error) {
		if line = strings.TrimSpace(line); !ValidMessageID(line) {
			return "", ErrReply
		}
		return line, nil
	})
}

// clientSince is a time as RFC 3977, 7.3.2 has it, which counts in seconds: no
// later than t.
func clientSince(t time.Time) string { return t.UTC().Format("20060102 150405") + " GMT" }

// Date asks for the server's time, to the second (RFC 3977, 7.1).
func (c *Client) Date(ctx context.Context) (time.Time, error) {
	r, err := c.method(ctx, 111, "DATE", "")
	if err != nil {
		return time.Time{}, err
	}
	word, _, _ := strings.Cut(r.Text, " ")
	t, err := time.Parse("20060102150405", word)
	if err != nil {
		return time.Time{}, fmt.Errorf("%w: %q is no date", ErrReply, r.Error())
	}
	return t, nil
}

// clientParseActive reads "name high low status".
func clientParseActive(line string) (Group, error) {
	w := strings.Fields(line)
	if len(w) < 4 {
		return Group{}, ErrReply
	}
	low, high, err := clientMarks(w[2], w[1])
	return Group{Name: w[0], Low: low, High: high, Status: Status(w[3])}, err
}

// clientParseCounts reads "name high low count status".
func clientParseCounts(line string) (Group, error) {
	w := strings.Fields(line)
	if len(w) < 5 {
		return Group{}, ErrReply
	}
	low, high, err := clientMarks(w[2], w[1])
	if err != nil {
		return Group{}, err
	}
	count, err := strconv.ParseUint(w[3], 10, 63)
	return Group{Name: w[0], Low: low, High: high, Count: int64(count), Status: Status(w[4])}, err
}

// clientParseTimes reads "name seconds creator".
func clientParseTimes(line string) (Group, error) {
	name, rest := clientCutSpace(line)
	since, creator := clientCutSpace(rest)
	seconds, err := strconv.ParseInt(since, 10, 64)
	if err != nil || name == "" || seconds < 0 || seconds > clientLastSecond {
		return Group{}, ErrReply
	}
	return Group{Name: name, Created: time.Unix(seconds, 0).UTC(), Creator: creator}, nil
}

// clientLastSecond is one that has a date in four digits.
const clientLastSecond = 253402300799

// clientParseDescription reads "name description".
func clientParseDescription(line string) (Group, error) {
	name, text := clientCutSpace(line)
	if name == "" {
		return Group{}, ErrReply
	}
	return Group{Name: name, Description: text}, nil
}

// clientCutSpace cuts s at its first white space.
func clientCutSpace(s string) (word, rest string) {
	i := strings.IndexAny(s, " \t")
	if i < 0 {
		return s, ""
	}
	return s[:i], strings.Trim(s[i:], " \t")
}

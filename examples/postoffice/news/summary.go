package news

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/wirepost/wirepost/nntp"
)

// A summary is what is kept of an article besides its octets and its identifier.
type summary struct {
	overview nntp.Overview // without MessageID
	expires  time.Time
}

var errSummary = errors.New("news: what is known of an article is damaged: restore the store from a backup")

// appendSummary writes a summary as fields with TABs between, which an overview has none of.
func appendSummary(b []byte, s summary) []byte {
	o := &s.overview
	for _, field := range []string{o.Subject, o.From, o.Date, o.References} {
		b = append(append(b, field...), '\t')
	}
	b = append(strconv.AppendInt(b, o.Bytes, 10), '\t')
	b = append(strconv.AppendInt(b, o.Lines, 10), '\t')
	if !s.expires.IsZero() {
		b = strconv.AppendInt(b, s.expires.UnixMicro(), 10)
	}
	return b
}

// parseSummary reads what appendSummary has written. Of an identifier that is only remembered,
// nothing is kept.
func parseSummary(b []byte) (s summary, err error) {
	fields := strings.Split(string(b), "\t")
	if len(fields) != 7 {
		return s, errSummary
	}
	s.overview = nntp.Overview{Subject: fields[0], From: fields[1], Date: fields[2], References: fields[3]}
	var n [3]int64
	for i, field := range fields[4:] {
		if i == 2 && field == "" {
			return s, nil
		}
		if n[i], err = strconv.ParseInt(field, 10, 64); err != nil {
			return s, errSummary
		}
		switch i {
		case 0:
			s.overview.Bytes = n[i]
		case 1:
			s.overview.Lines = n[i]
		case 2:
			s.expires = time.UnixMicro(n[i]).UTC()
		}
	}
	return s, nil
}

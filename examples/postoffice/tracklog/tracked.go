package tracklog

import (
	"strconv"
	"strings"

	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/smtp"
)

// Tracked returns e as the queue told it, for its one recipient. Of the
// recipient only index and address are there.
func (e *Event) Tracked() queue.Event {
	t := queue.Event{
		Time: e.Time, Kind: e.Kind, Message: e.Message, MessageID: e.MessageID, About: e.About, Item: e.Item, Sender: parsePath(e.Sender), Source: e.Source,
		Size: e.Size, Route: e.Route, Remote: e.Remote, Reply: parseReply(e.Reply), Latency: e.Latency, Ambiguous: e.Ambiguous,
	}
	if e.Index != noRecipient {
		t.To = []queue.Recipient{{Index: e.Index, RcptParams: smtp.RcptParams{Path: parsePath(e.Recipient)}}}
	}
	return t
}

// parsePath reads an address. One that is none, which only a hand can have
// written, is told as it is.
func parsePath(s string) smtp.Path {
	p, err := smtp.ParsePath(s)
	if err != nil {
		at := strings.LastIndexByte(s, '@')
		if at < 0 {
			return smtp.Path{Local: s}
		}
		return smtp.Path{Local: s[:at], Domain: s[at+1:]}
	}
	return p
}

// parseReply reads a reply as smtp.Reply.Error tells it: each line with the code
// (RFC 5321, 4.2.1) and the enhanced code (RFC 2034, 4). The zero Reply is none.
func parseReply(s string) smtp.Reply {
	const code = len("250")
	if len(s) < code {
		return smtp.Reply{}
	}
	n, err := strconv.ParseUint(s[:code], 10, 16)
	if err != nil || n < 100 {
		return smtp.Reply{}
	}
	r := smtp.Reply{Code: int(n)}
	var text []string
	for line := range strings.SplitSeq(s, "\n") {
		rest := line
		if strings.HasPrefix(line, s[:code]) {
			rest = line[min(len(line), code+1):]
		}
		if first, more, _ := strings.Cut(rest, " "); r.Enhanced == (smtp.Enhanced{}) || first == enhancedText(r.Enhanced) {
			if e, ok := parseEnhanced(first); ok {
				r.Enhanced, rest = e, more
			}
		}
		text = append(text, rest)
	}
	r.Text = strings.Join(text, "\n")
	return r
}

func enhancedText(e smtp.Enhanced) string {
	return strconv.Itoa(int(e[0])) + "." + strconv.Itoa(int(e[1])) + "." + strconv.Itoa(int(e[2]))
}

// parseEnhanced reads an enhanced code such as 5.1.1 (RFC 3463, 2).
func parseEnhanced(s string) (e smtp.Enhanced, ok bool) {
	for i := range e {
		part, rest, _ := strings.Cut(s, ".")
		n, err := strconv.ParseUint(part, 10, 16)
		if err != nil {
			return smtp.Enhanced{}, false
		}
		e[i], s = uint16(n), rest
	}
	return e, s == "" && (e[0] == 2 || e[0] == 4 || e[0] == 5)
}

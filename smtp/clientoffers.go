package smtp

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wirepost/wirepost/internal/ascii"
)

// offers are the extensions that the server has offered.
type offers struct {
	list []offered

	pipelining, chunking, binary, eightBit, utf8 bool

	size                        int64         // RFC 1870; 0: no limit known
	rcptMax, mailMax, domainMax int           // RFC 9422; 0: no limit known
	holdMax                     time.Time     // RFC 4865; zero: no limit known
	byMin                       time.Duration // RFC 2852; 0: no limit known
}

type offered struct{ keyword, args string }

// maxOffers bounds the extensions that are kept.
const maxOffers = 100

// parseOffers reads the text of a reply to EHLO, whose first line is the
// server's name (RFC 5321, 4.1.1.1).
func parseOffers(text string, ignore []string) offers {
	var o offers
	_, lines, _ := strings.Cut(text, "\n")
	for line := range strings.SplitSeq(lines, "\n") {
		keyword, args, _ := strings.Cut(strings.TrimRight(line, " "), " ")
		if mechanism, old := strings.CutPrefix(keyword, "AUTH="); old { // as before RFC 4954
			keyword, args = "AUTH", mechanism+" "+args
		}
		if !isKeyword(keyword) {
			continue
		}
		keyword = strings.ToUpper(keyword) // ASCII only: isKeyword
		if !slices.ContainsFunc(ignore, func(s string) bool { return ascii.EqualFold(s, keyword) }) {
			o.add(keyword, strings.Trim(args, " "))
		}
	}
	o.derive()
	return o
}

// add keeps an extension. One that comes twice has the arguments of both.
func (o *offers) add(keyword, args string) {
	for i := range o.list {
		if o.list[i].keyword == keyword {
			o.list[i].args = strings.Trim(o.list[i].args+" "+args, " ")
			return
		}
	}
	if len(o.list) < maxOffers {
		o.list = append(o.list, offered{keyword, args})
	}
}

// derive works out what Send asks all the time.
func (o *offers) derive() {
	o.pipelining = o.has("PIPELINING")
	o.chunking = o.has("CHUNKING")
	o.binary = o.has("BINARYMIME") && o.chunking
	o.eightBit = o.has("8BITMIME")
	o.utf8 = o.has("SMTPUTF8")
	if args, ok := o.find("SIZE"); ok {
		// What is no number is no limit.
		o.size, _ = size(args)
	}
	if args, _ := o.find("DELIVERBY"); len(args) <= maxByDigits {
		// What is no number is no limit.
		seconds, _ := strconv.ParseUint(args, 10, 32)
		o.byMin = time.Duration(seconds) * time.Second
	}
	holding, _ := o.find("FUTURERELEASE")
	_, until, _ := strings.Cut(holding, " ")
	if t, err := time.Parse(time.RFC3339, until); err == nil {
		o.holdMax = t
	}
	limits, _ := o.find("LIMITS")
	for limit := range strings.FieldsSeq(limits) {
		name, value, _ := strings.Cut(limit, "=")
		n, err := strconv.Atoi(value)
		if err != nil || n < 1 || len(value) > len("999999") {
			continue // RFC 9422, 3.7: what cannot be understood is as if it were not there
		}
		switch {
		case ascii.EqualFold(name, "RCPTMAX"):
			o.rcptMax = n
		case ascii.EqualFold(name, "MAILMAX"):
			o.mailMax = n
		case ascii.EqualFold(name, "RCPTDOMAINMAX"):
			o.domainMax = n
		}
	}
}

func (o *offers) find(keyword string) (args string, ok bool) {
	for i := range o.list {
		if o.list[i].keyword == keyword {
			return o.list[i].args, true
		}
	}
	return "", false
}

func (o *offers) has(keyword string) bool {
	_, ok := o.find(keyword)
	return ok
}

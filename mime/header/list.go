package header

import (
	"strings"

	"github.com/wirepost/wirepost/internal/ascii"
	"github.com/wirepost/wirepost/mime/defect"
)

// BareURL is a URL of a list field that is not in angle brackets.
const BareURL defect.Kind = "a URL without angle brackets"

// maxElements is how many elements of a list are returned at most.
const maxElements = 50_000

// ParseKeywords reads a list of phrases with commas between: Keywords (RFC 5322, 3.6.5), and fields whose elements are
// words, such as Content-Language (RFC 3282). It returns up to 50,000.
func ParseKeywords(value string, found *defect.List) []string {
	var list []string
	noQuote := false
	take := func(from, to int) {
		p := addressParser{s: value, found: found, decode: true}
		if word := p.name(value[from:to], from); word != "" {
			list = append(list, word)
		} else {
			found.Add(EmptyElement, int64(from))
		}
	}
	start := 0
	for i := 0; i < len(value) && len(list) < maxElements; {
		switch value[i] {
		case ',':
			take(start, i)
			i++
			start = i
		case '(':
			i, _ = skipComment(value, i)
		case '"':
			end := -1
			if !noQuote {
				end = skipQuoted(value, i)
				noQuote = end < 0
			}
			i = max(i+1, end)
		default:
			i++
		}
	}
	switch {
	case len(list) == maxElements:
		found.Add(TooLong, int64(start))
	case start > 0 || skipCFWS(value, 0) < len(value):
		take(start, len(value))
	}
	return list
}

// ParseListURLs reads the URLs of List-Help, List-Unsubscribe, List-Post and the like (RFC 2369, 2), in the order of their
// sender's preference. NO, for a list that one cannot post to, gives none. A URL may be of any scheme: check it before use.
// It returns up to 50,000.
func ParseListURLs(value string, found *defect.List) []string {
	var urls []string
	for i := 0; i < len(value); {
		i = skipCFWS(value, i)
		if i == len(value) {
			break
		}
		if len(urls) == maxElements {
			found.Add(TooLong, int64(i))
			break
		}
		if value[i] == ',' {
			i++
			continue
		}
		start := i
		var url string
		if value[i] == '<' {
			for i < len(value) && value[i] != '>' {
				i++
			}
			if url = value[start+1 : i]; i == len(value) {
				found.Add(UnclosedAngle, int64(start))
			}
			i = min(i+1, len(value))
		} else {
			for i < len(value) && value[i] != ',' && value[i] != '<' && !is(value[i], isSpace) {
				i++
			}
			switch url = value[start:i]; {
			case strings.IndexByte(url, ':') > 0:
				found.Add(BareURL, int64(start))
			case ascii.EqualFold(url, "no"):
				url = ""
			default:
				found.Add(StrayText, int64(start))
				url = ""
			}
		}
		if url = withoutSpace(clean(url, found)); url != "" {
			urls = append(urls, url)
		}
	}
	return urls
}

func withoutSpace(s string) string {
	if !strings.ContainsAny(s, " \t\r\n\x00") {
		return s
	}
	return strings.Join(strings.Fields(s), "")
}

// ParseListID reads a List-Id: the identifier without its angle brackets, and the description before it (RFC 2919, 3).
func ParseListID(value string, found *defect.List) (id, description string) {
	p := addressParser{s: value, found: found, decode: true}
	open := strings.LastIndexByte(value, '<')
	if open < 0 {
		id = withoutSpace(clean(readPhrase(value, found, 0), found))
		found.Add(BareID, -1)
		return id, ""
	}
	end := strings.IndexByte(value[open:], '>')
	if end < 0 {
		found.Add(UnclosedAngle, int64(open))
		end = len(value) - open
	}
	return withoutSpace(clean(value[open+1:open+end], found)), p.name(value[:open], 0)
}

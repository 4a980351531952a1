package main

import (
	"encoding/base64"
	"strconv"
	"strings"
)

// hidden stands for the password in what is printed.
const hidden = "(password)"

// redact takes the password out of a result: transcripts are kept in the logs
// of CI systems.
func (o *options) redact(r result) result {
	if o.password == "" {
		return r
	}
	r.Detail = o.redactLine(r.Detail)
	lines := make([]string, len(r.Transcript))
	for i, line := range r.Transcript {
		lines[i] = o.redactLine(line)
	}
	r.Transcript = lines
	return r
}

func (o *options) redactLine(line string) string {
	for word := range strings.FieldsSeq(line) {
		whole := word[:len(word)/4*4] // a long line is cut
		if decoded, err := base64.StdEncoding.DecodeString(whole); err == nil && strings.Contains(string(decoded), o.password) {
			line = strings.ReplaceAll(line, word, hidden)
		}
	}
	escaped := strconv.QuoteToASCII(o.password)
	escaped = escaped[1 : len(escaped)-1]
	return strings.NewReplacer(
		o.password, hidden,
		escaped, hidden, // as %q has it
		strings.ReplaceAll(escaped, `\"`, `"`), hidden, // as transcripts have it
	).Replace(line)
}

package main

import (
	"encoding/base64"
	"strconv"
	"strings"
)

// hidden stands for the password in what is printed.
const hidden = "(password)"

// redact takes the passwords out of a result: transcripts are kept in the logs
// of CI systems.
func (o *options) redact(r result) result {
	for _, password := range []string{o.password, o.otherPassword} {
		if password != "" {
			r = redact(r, password)
		}
	}
	return r
}

func redact(r result, password string) result {
	r.Detail = redactLine(r.Detail, password)
	lines := make([]string, len(r.Transcript))
	for i, line := range r.Transcript {
		lines[i] = redactLine(line, password)
	}
	r.Transcript = lines
	return r
}

func redactLine(line, password string) string {
	for word := range strings.FieldsSeq(line) {
		whole := word[:len(word)/4*4] // a long line is cut
		if decoded, err := base64.StdEncoding.DecodeString(whole); err == nil && strings.Contains(string(decoded), password) {
			line = strings.ReplaceAll(line, word, hidden)
		}
	}
	escaped := strconv.QuoteToASCII(password)
	escaped = escaped[1 : len(escaped)-1]
	return strings.NewReplacer(
		password, hidden,
		escaped, hidden, // as %q has it
		strings.ReplaceAll(escaped, `\"`, `"`), hidden, // as transcripts have it
	).Replace(line)
}

package house

import (
	"fmt"
	"go/scanner"
	"go/token"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// An rfc is one line of rfc.txt.
type rfc struct {
	number   int
	status   string // yes, partly or no
	packages []string
	title    string
	note     string
}

func (r rfc) claimed() bool { return r.status != "no" }

func parseRFC(line string) (rfc, error) {
	fields := strings.Split(line, "\t")
	if len(fields) == 4 {
		fields = append(fields, "")
	}
	if len(fields) != 5 {
		return rfc{}, fmt.Errorf("want number, status, packages, title and note, parted by tabs: %q", line)
	}
	for _, f := range fields {
		if f != strings.TrimSpace(f) || strings.ContainsAny(f, "|") {
			return rfc{}, fmt.Errorf("stray space or bar in %q", line)
		}
	}
	n, err := strconv.Atoi(fields[0])
	r := rfc{n, fields[1], strings.Split(fields[2], ","), fields[3], fields[4]}
	switch {
	case err != nil || strconv.Itoa(n) != fields[0]:
		return r, fmt.Errorf("not a number: %q", line)
	case r.status != "yes" && r.status != "partly" && r.status != "no":
		return r, fmt.Errorf("want yes, partly or no: %q", line)
	case r.title == "":
		return r, fmt.Errorf("no title: %q", line)
	case r.status != "yes" && r.note == "":
		return r, fmt.Errorf("%s needs a note: %q", r.status, line)
	}
	return r, nil
}

// ledger reads rfc.txt.
func ledger(t *testing.T) map[int]rfc {
	t.Helper()
	text, err := os.ReadFile("rfc.txt")
	require.NoError(t, err)
	rfcs := map[int]rfc{}
	last := 0
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSuffix(line, "\n")
		if strings.HasPrefix(line, "#") {
			continue
		}
		r, err := parseRFC(line)
		require.NoError(t, err)
		require.Greater(t, r.number, last, "rfc.txt is sorted by number, one line each")
		last = r.number
		for _, p := range r.packages {
			require.True(t, matches("smtp pop3 imap4 nntp rvp dnsresolve queue mime auth internal examples", p),
				"rfc.txt: RFC %d: no package %q", r.number, p)
		}
		rfcs[r.number] = r
	}
	return rfcs
}

// citation matches "RFC 5321" and "RFCs 5321, 6531 and 2034".
var citation = regexp.MustCompile(`\bRFC( \d+|s \d+(?:(?:, and |, | and | or | to )\d+)*|\d+)`)

var digits = regexp.MustCompile(`\d+`)

// identifier matches what looks like a citation without its space and is none: a name of package time, and the address type
// of ORCPT in capitals.
var identifier = regexp.MustCompile(`\btime\.RFC\d+|=RFC822;|\bRFC822(\.SIZE|\.HEADER|\.TEXT|\b)`)

// cited returns the numbers of the RFCs that the text cites.
func cited(text string) (numbers []int, err error) {
	text = identifier.ReplaceAllString(text, "")
	for _, m := range citation.FindAllStringSubmatch(text, -1) {
		if !strings.Contains(m[1], " ") {
			err = fmt.Errorf("write RFC %s, so that it can be found", m[1])
		}
		for _, d := range digits.FindAllString(m[1], -1) {
			n, _ := strconv.Atoi(d)
			numbers = append(numbers, n)
		}
	}
	return numbers, err
}

// TestCitations checks that every RFC cited in code and documents is in the ledger.
func TestCitations(t *testing.T) {
	rfcs := ledger(t)
	for _, f := range tree(t, ".go", ".md", ".txt") {
		if strings.HasPrefix(f.name, "internal/house/") || strings.Contains(f.name, "testdata/fuzz/") {
			continue
		}
		numbers, err := cited(string(f.text))
		if err != nil {
			t.Errorf("%s: %v", f.name, err)
		}
		slices.Sort(numbers)
		for _, n := range slices.Compact(numbers) {
			if _, ok := rfcs[n]; !ok {
				t.Errorf("%s cites RFC %d: give it a line in internal/house/rfc.txt", f.name, n)
			}
		}
	}
}

// TestRowCitations checks that an RFC cited behind code on the same line, as the rows of the command and extension
// tables do, is one that the ledger claims: such a line is where the protocol is done, not talked about.
func TestRowCitations(t *testing.T) {
	rfcs := ledger(t)
	for _, f := range goFiles(t) {
		if f.test || strings.HasPrefix(f.name, "examples/") {
			continue
		}
		for line, comment := range trailing(f.text) {
			numbers, _ := cited(comment)
			for _, n := range numbers {
				if r, ok := rfcs[n]; ok && !r.claimed() {
					t.Errorf("%s:%d implements a part of RFC %d: say partly or yes in internal/house/rfc.txt", f.name, line, n)
				}
			}
		}
	}
}

// trailing returns the comments that stand behind code, by line.
func trailing(src []byte) map[int]string {
	fset := token.NewFileSet()
	f := fset.AddFile("", -1, len(src))
	var s scanner.Scanner
	s.Init(f, src, nil, scanner.ScanComments)
	comments := map[int]string{}
	code := 0 // the last line that had some
	for {
		pos, tok, lit := s.Scan()
		line := f.Line(pos)
		switch {
		case tok == token.EOF:
			return comments
		case tok == token.COMMENT && line == code:
			comments[line] += lit
		case tok != token.COMMENT && lit != "\n":
			code = line
		}
	}
}

// TestClaims checks that an RFC that the ledger claims for a package is cited there, in code that is not a test.
func TestClaims(t *testing.T) {
	where := map[string]bool{} // "smtp 5321"
	for _, f := range goFiles(t) {
		if f.test {
			continue
		}
		top, _, _ := strings.Cut(f.name, "/")
		numbers, _ := cited(string(f.text))
		for _, n := range numbers {
			where[fmt.Sprint(top, " ", n)] = true
		}
	}
	rfcs := ledger(t)
	for _, n := range slices.Sorted(maps.Keys(rfcs)) {
		r := rfcs[n]
		for _, p := range r.packages {
			if r.claimed() && !where[fmt.Sprint(p, " ", r.number)] {
				t.Errorf("rfc.txt says %s of RFC %d in %s, but no code there cites it", r.status, r.number, p)
			}
		}
	}
}

// TestCited checks the reading of citations that the tests above stand on.
func TestCited(t *testing.T) {
	for text, want := range map[string][]int{
		"RFC 5321, 4.1.1.1":               {5321},
		"RFCs 5321, 6531 and 2034 say so": {5321, 6531, 2034},
		"(RFC 3207) and RFC 4954":         {3207, 4954},
		"RFC 1939 has 8 commands":         {1939},
		"no RFC":                          nil,
	} {
		got, err := cited(text)
		require.NoError(t, err)
		require.Equal(t, want, got, text)
	}
	_, err := cited("RFC" + "5321")
	require.Error(t, err)
	require.Equal(t, map[int]string{3: "// RFC 1"}, trailing([]byte("package p\n\nvar x = 1 // RFC 1\n\n// RFC 2\nvar y = 2\n")))
}

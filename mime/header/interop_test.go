//go:build interop

package header_test

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/mime/header"
)

// A sample is one message header, as values and as fields.
type sample struct {
	Names    []string `json:"names"`
	Locals   []string `json:"locals"`
	Domains  []string `json:"domains"`
	Subject  string   `json:"subject"`
	Date     int64    `json:"date"`   // seconds since 1970
	Offset   int      `json:"offset"` // of the zone, in seconds
	Filename string   `json:"filename"`
	Header   string   `json:"header"`
}

// pythonWrites makes samples and writes them with Python's email package.
const pythonWrites = `
import json, random, datetime
from email.message import EmailMessage
from email.headerregistry import Address
random.seed(1)
words = ["plain", "O'Neil", "Jörg", "J.", "a,b", "quo\"te", "back\\slash", "日本語", "Größenwahn", "x@y", "naïve", "(c)", "=?", "emoji😀", "a_b", "end."]
def text(most):
    return " ".join(random.choice(words) for _ in range(random.randint(1, most)))
out = []
for _ in range(400):
    n = random.randint(1, 4)
    names = [text(3) for _ in range(n)]
    locals_ = [random.choice(["joe", "joe.q.public", "odd one", "a+b", "x\"y"]) for _ in range(n)]
    domains = [random.choice(["example.org", "a.b.example", "[192.0.2.1]"]) for _ in range(n)]
    zone = datetime.timezone(datetime.timedelta(minutes=random.randrange(-840, 840, 15)))
    date = datetime.datetime.fromtimestamp(random.randrange(0, 4000000000), zone)
    subject, filename = text(12), text(10) + ".txt"
    m = EmailMessage()
    m["To"] = [Address(a, b, c) for a, b, c in zip(names, locals_, domains)]
    m["Subject"], m["Date"] = subject, date
    m.add_header("Content-Disposition", "attachment", filename=filename)
    out.append(dict(names=names, locals=locals_, domains=domains, subject=subject, date=int(date.timestamp()),
        offset=int(date.utcoffset().total_seconds()), filename=filename, header=m.as_string()))
print(json.dumps(out))
`

// pythonReads reads what we write.
const pythonReads = `
import json, sys, email, email.policy
out = []
for s in json.load(sys.stdin):
    m = email.message_from_string(s["header"], policy=email.policy.default)
    to, date = m["To"].addresses, m["Date"].datetime
    out.append(dict(names=[a.display_name for a in to], locals=[a.username for a in to], domains=[a.domain for a in to],
        subject=m["Subject"], date=int(date.timestamp()), offset=int(date.utcoffset().total_seconds()), filename=m.get_filename()))
print(json.dumps(out))
`

func python(t *testing.T, script, input string) (samples []sample) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "python3", "-c", script)
	cmd.Stdin = strings.NewReader(input)
	out, err := cmd.Output()
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(out, &samples))
	return samples
}

// fields parts a header by the names of its fields.
func fields(text string) map[string]string {
	m := map[string]string{}
	last := ""
	for line := range strings.Lines(text) {
		if line[0] != ' ' && line[0] != '\t' {
			last, line, _ = strings.Cut(line, ":")
		}
		m[last] += line
	}
	return m
}

// noSpaces is for texts that Python wrote: it loses the space between two encoded words where it folds, and adds one
// between an encoded word and a plain one.
func noSpaces(s string) string { return strings.ReplaceAll(s, " ", "") }

func TestPythonWrites(t *testing.T) {
	samples := python(t, pythonWrites, "")
	require.NotEmpty(t, samples)
	for _, s := range samples {
		f := fields(s.Header)
		list := header.ParseAddresses(f["To"], nil)
		require.Len(t, list, len(s.Names), "%q", f["To"])
		for i, a := range list {
			if strings.Contains(f["To"], "=?utf-8?q?=2C?=") {
				continue // Python encoded the comma between two addresses
			}
			require.Equal(t, noSpaces(s.Names[i]), noSpaces(a.Name), "%q", f["To"])
			require.Equal(t, [2]string{s.Locals[i], s.Domains[i]}, [2]string{a.Local, a.Domain}, "%q", f["To"])
		}
		require.Equal(t, noSpaces(s.Subject), noSpaces(header.DecodeText(f["Subject"], nil)), "%q", f["Subject"])
		at, ok := header.ParseDate(f["Date"], nil)
		require.True(t, ok)
		_, offset := at.Zone()
		require.Equal(t, [2]int64{s.Date, int64(s.Offset)}, [2]int64{at.Unix(), int64(offset)}, "%q", f["Date"])
		value, params := header.ParseParams(f["Content-Disposition"], nil)
		require.Equal(t, "attachment", value)
		require.Equal(t, s.Filename, params.Get("filename"), "%q", f["Content-Disposition"])
	}
}

func TestPythonReads(t *testing.T) {
	samples := python(t, pythonWrites, "")
	for i := range samples {
		samples[i].Header = write(t, samples[i])
	}
	input, err := json.Marshal(samples)
	require.NoError(t, err)
	read := python(t, pythonReads, string(input))
	require.Len(t, read, len(samples))
	for i, s := range samples {
		text := s.Header
		s.Header = ""
		require.Equal(t, s, read[i], "%s", text)
	}
}

// write writes a sample with this package.
func write(t *testing.T, s sample) string {
	t.Helper()
	list := make([]header.Address, len(s.Names))
	for i := range list {
		list[i] = header.Address{Name: s.Names[i], Local: s.Locals[i], Domain: s.Domains[i]}
	}
	to, err := header.FormatAddresses(list, header.ASCII)
	require.NoError(t, err)
	subject, err := header.EncodeText(s.Subject, header.ASCII)
	require.NoError(t, err)
	disposition, err := header.FormatParams("attachment", header.Params{{Name: "filename", Value: s.Filename}}, header.ASCII)
	require.NoError(t, err)
	var b strings.Builder
	for _, f := range [][2]string{
		{"To", to},
		{"Subject", subject},
		{"Date", header.FormatDate(time.Unix(s.Date, 0).In(time.FixedZone("", s.Offset)))},
		{"Content-Disposition", disposition},
	} {
		field, err := header.Fold(f[0], f[1])
		require.NoError(t, err)
		fmt.Fprintf(&b, "%s", field)
	}
	return b.String() + "\r\n"
}

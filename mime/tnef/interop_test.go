//go:build interop

package tnef_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/mime/tnef"
	"github.com/wirepost/wirepost/mime/tnef/rtf"
)

// The programs are Debian's packages tnef and ytnef-tools.

// ordinary is a message with what the programs know: neither has all types of properties.
func ordinary() *tnef.Message {
	when := time.Date(2024, 2, 28, 13, 14, 15, 0, time.UTC)
	m := new(tnef.Message)
	p := &m.Properties
	p.Set(tnef.PidTagMessageClass, "IPM.Note")
	p.Set(tnef.PidTagSubject, "Quarterly prices")
	p.Set(tnef.PidTagImportance, int32(2))
	p.Set(tnef.PidTagClientSubmitTime, when)
	p.Set(tnef.PidTagSearchKey, []byte("0123456789abcdef"))
	p.Set(tnef.PidTagSenderName, "Änne")
	p.Set(tnef.PidTagRtfCompressed, rtf.Compress(richText()))
	p.Set(0x60000002, int16(-1))
	p.Set(0x6001000B, true)
	p.Set(0x60020005, 1.5)
	p.Set(0x60030048, tnef.OLEGUID(0x20329))
	p.Set(0x60041003, []int32{1, 2, 3})
	p.Set(0x6005101F, []string{"a", "bc", ""})
	p.Set(0x60061102, [][]byte{{1}, {2, 3, 4, 5, 6}})
	p.Set(0x60071040, []time.Time{when, when})
	*p = append(*p,
		tnef.Property{Tag: 0x80050003, Name: &tnef.Name{Set: tnef.OLEGUID(0x62002), ID: 0x8205}, Value: int32(2)},
		tnef.Property{Tag: 0x8006001F, Name: &tnef.Name{Set: tnef.OLEGUID(0x20329), Text: "Keywords"}, Value: "blue"})
	m.Recipients = []tnef.Recipient{tnef.NewRecipient(tnef.To, "Bob", "bob@example.com")}
	inner := new(tnef.Message)
	inner.Properties.Set(tnef.PidTagSubject, "within")
	inner.Attachments = []tnef.Attachment{tnef.NewAttachment("inner.txt", "text/plain", []byte("inside\n"))}
	m.Attachments = []tnef.Attachment{
		tnef.NewAttachment("prices.csv", "text/csv", []byte("a;1\nb;2\n")),
		tnef.NewAttachment("picture.png", "image/png", bytes.Repeat([]byte("\x89PNG\x00\xff"), 1000)),
		tnef.Embed(inner),
	}
	m.Attachments[2].Data = []byte("(a message)") // ytnef looks into a message only beside some content
	m.Attachments[0].Properties.Set(tnef.PidTagLastModificationTime, when)
	return m
}

func richText() []byte {
	return rtf.FromText(strings.Repeat("The prices: 5 € a {piece}.\r\nNo more, no less.\r\n", 200))
}

// run runs a program on the stream and returns what it printed. A missing program is a failure.
func run(t *testing.T, name string, args ...string) string {
	path, err := exec.LookPath(name)
	require.NoError(t, err, "install Debian's packages tnef and ytnef-tools")
	out, err := exec.CommandContext(t.Context(), path, args...).CombinedOutput()
	require.NoError(t, err, "%s", out)
	for _, bad := range []string{"ERROR", "Bad file", "corrupt", "Invalid", "Undefined", "Checksum"} {
		require.NotContains(t, string(out), bad)
	}
	return string(out)
}

// stored writes the stream to a file and returns its name and a folder for what comes out of it.
func stored(t *testing.T) (file, dir string) {
	dir = t.TempDir()
	file = filepath.Join(t.TempDir(), "winmail.dat")
	require.NoError(t, os.WriteFile(file, write(t, ordinary()), 0o600))
	return file, dir
}

func requireFile(t *testing.T, want []byte, path ...string) {
	got, err := os.ReadFile(filepath.Join(path...))
	require.NoError(t, err)
	require.True(t, bytes.Equal(want, got), path)
}

func TestTnefReadsOurs(t *testing.T) {
	file, dir := stored(t)
	list := run(t, "tnef", "-t", "-v", "-f", file)
	require.Contains(t, list, "prices.csv")
	require.Contains(t, list, "2024/02/28 13:14:15")
	require.Contains(t, list, "text/csv")
	run(t, "tnef", "--save-body", "-C", dir, "-f", file)
	m := ordinary()
	for _, a := range m.Attachments[:2] {
		requireFile(t, a.Data, dir, a.Name())
	}
	requireFile(t, richText(), dir, "message.rtf")
}

func TestYtnefReadsOurs(t *testing.T) {
	file, dir := stored(t)
	run(t, "ytnef", "-F", "-f", dir, file)
	m := ordinary()
	for _, a := range m.Attachments[:2] {
		requireFile(t, a.Data, dir, a.Name())
	}
	requireFile(t, []byte("inside\n"), dir, "inner.txt")
	// ytnef's dictionary has the octets of its CRLF the other way round, which is nothing to a reader of RTF.
	got, err := os.ReadFile(filepath.Join(dir, "Quarterly_prices.rtf"))
	require.NoError(t, err)
	require.Equal(t, rtf.Text(richText(), nil), rtf.Text(got, nil))
}

func TestYtnefprintReadsOurs(t *testing.T) {
	file, _ := stored(t)
	out := run(t, "ytnefprint", file)
	for _, want := range []string{
		"Quarterly prices", "IPM.Microsoft Mail.Note", "prices.csv", "PR_RTF_COMPRESSED", "picture.png", "Keywords",
	} {
		require.Contains(t, out, want)
	}
}

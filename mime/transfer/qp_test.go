package transfer_test

import (
	"bytes"
	"io"
	"mime/quotedprintable"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/mime/defect"
	"github.com/wirepost/wirepost/mime/transfer"
)

func TestQuotedPrintable(t *testing.T) {
	blanks := strings.Repeat(" ", 1000)
	for _, tt := range []struct {
		in, want string
		found    []defect.Defect
	}{
		{"", "", nil},
		{"caf=C3=A9\r\n", "caf\u00e9\r\n", nil},
		{"soft=\r\n break\r\n", "soft break\r\n", nil},
		{"soft= \t\r\nbreak", "softbreak", at(5, transfer.QPTrailingBlank)},
		{"a=\nb\n", "ab\n", at(2, transfer.BareLF)},
		{"a=\rb", "ab", at(2, transfer.BareCR)},
		{"a\rb", "a\rb", at(1, transfer.BareCR)},
		{"a \t\r\nb ", "a\r\nb", at(1, transfer.QPTrailingBlank)},
		{"a \rb", "a \rb", at(2, transfer.BareCR)},
		{"a=20\r\n", "a \r\n", nil},
		{"caf=c3=a9", "caf\u00e9", at(3, transfer.QPLowerCase)},
		{"=3d=3D=", "==", append(at(0, transfer.QPLowerCase), at(6, transfer.QPSoftEnd)...)},
		{"1+1=2", "1+1=2", at(3, transfer.QPEscape)},
		{"=", "", at(0, transfer.QPSoftEnd)},
		{"=A", "=A", at(0, transfer.QPEscape)},
		{"=4 \r\n", "=4\r\n", append(at(2, transfer.QPTrailingBlank), at(0, transfer.QPEscape)...)},
		{"==41", "=A", at(0, transfer.QPEscape)},
		{"=XY=\r\nZ", "=XYZ", at(0, transfer.QPEscape)},
		{"caf\xe9", "caf\xe9", at(3, transfer.HighOctet)},
		{strings.Repeat("12345678", 2) + "\xe9", strings.Repeat("12345678", 2) + "\xe9", at(16, transfer.HighOctet)},
		{"x\r\n" + strings.Repeat("y", 76) + "\r\n", "x\r\n" + strings.Repeat("y", 76) + "\r\n", nil},
		{"x\r\n" + strings.Repeat("y", 77) + "\r\n", "x\r\n" + strings.Repeat("y", 77) + "\r\n", at(3, transfer.LongLine)},
		{"x" + blanks + "\r\n", "x" + blanks + "\r\n", at(0, transfer.LongLine)}, // too many to be an accident
		{"x=" + blanks + "\r\n", "x=" + blanks + "\r\n", append(at(1, transfer.QPEscape), at(0, transfer.LongLine)...)},
		{
			"x" + blanks + " \t\n", "x" + blanks + "\n",
			append(at(1001, transfer.QPTrailingBlank), append(at(1003, transfer.BareLF), at(0, transfer.LongLine)...)...),
		},
	} {
		got, found := decode(t, transfer.QuotedPrintable, tt.in)
		require.Equal(t, tt.want, got, "%q", tt.in)
		require.ElementsMatch(t, tt.found, found, "%q", tt.in)
	}
}

func TestQuotedPrintableWriter(t *testing.T) {
	for _, tt := range []struct{ in, text, binary string }{
		{"", "", ""},
		{"a\r\nb", "a\r\nb", "a=0D=0Ab"},
		{"a\nb\n", "a\r\nb\r\n", "a=0Ab=0A"},
		{"a\rb\r", "a=0Db=0D", "a=0Db=0D"},
		{"a \r\nb\t", "a=20\r\nb=09", "a =0D=0Ab=09"},
		{"a  b", "a  b", "a  b"},
		{"1=2", "1=3D2", "1=3D2"},
		{"From me\nFrom you\nFrom\n from", "=46rom me\r\n=46rom you\r\nFrom\r\n from", "=46rom me=0AFrom you=0AFrom=0A from"},
		{".\r\n.x.\r\n", "=2E\r\n=2Ex.\r\n", "=2E=0D=0A.x.=0D=0A"},
		{"\x00caf\u00e9\x7f", "=00caf=C3=A9=7F", "=00caf=C3=A9=7F"},
		{strings.Repeat("x", 75) + ".y", strings.Repeat("x", 75) + "=\r\n=2Ey", strings.Repeat("x", 75) + "=\r\n=2Ey"},
		{strings.Repeat("x", 74) + "\u00e9", strings.Repeat("x", 74) + "=\r\n=C3=A9", strings.Repeat("x", 74) + "=\r\n=C3=A9"},
		{strings.Repeat("x", 75) + "From y", strings.Repeat("x", 75) + "=\r\n=46rom y", strings.Repeat("x", 75) + "=\r\n=46rom y"},
	} {
		require.Equal(t, tt.text, encode(t, qpWriter, tt.in))
		require.Equal(t, tt.binary, encode(t, qpBinaryWriter, tt.in))
	}
}

func qpWriter(w io.Writer) io.WriteCloser {
	return transfer.NewWriter(transfer.QuotedPrintable, w)
}

func qpBinaryWriter(w io.Writer) io.WriteCloser {
	return transfer.NewBinaryWriter(transfer.QuotedPrintable, w)
}

// qpLine is a line that no transport changes.
var qpLine = regexp.MustCompile(`^(?:[!-<>-~]|[ \t]|=[0-9A-F]{2})*=?$`)

// FuzzQuotedPrintable checks that decoding undoes encoding as text, but for line ends, and as binary; that what is
// written has safe lines only; and that any input decodes, to no more than its size, the same however it is cut.
func FuzzQuotedPrintable(f *testing.F) {
	for _, s := range []string{"caf=C3=A9\r\n", "= \t\r\n", "From .\r\n.From \n", "=3=3D=\r", "a \r", strings.Repeat("\t", 1003)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		got, _ := decode(t, transfer.QuotedPrintable, in)
		require.LessOrEqual(t, len(got), len(in))

		text := encode(t, qpWriter, in)
		back, found := decode(t, transfer.QuotedPrintable, text)
		require.Empty(t, found)
		lines := strings.ReplaceAll(strings.ReplaceAll(in, "\r\n", "\n"), "\n", "\r\n")
		require.Equal(t, lines, back)

		binary := encode(t, qpBinaryWriter, in)
		back, found = decode(t, transfer.QuotedPrintable, binary)
		require.Empty(t, found)
		require.Equal(t, in, back)

		for line := range strings.SplitSeq(text+"\r\n"+binary, "\r\n") {
			require.LessOrEqual(t, len(line), 76)
			require.Regexp(t, qpLine, line)
			require.False(t, strings.HasSuffix(line, " ") || strings.HasSuffix(line, "\t"), line)
			require.False(t, strings.HasPrefix(line, ".") || strings.HasPrefix(line, "From "), line)
		}
	})
}

func TestQuotedPrintableReadsWithoutAllocation(t *testing.T) {
	noAllocs(t, transfer.QuotedPrintable, []byte(encode(t, qpWriter, prose)))
}

// prose is text of a western language in UTF-8, about 60 kB.
var prose = strings.Repeat("Die Qualit\u00e4t der \u00dcbersetzung h\u00e4ngt davon ab, wer sie macht, und f\u00fcr wen.\r\n"+
	"A line of plain English text stands here, as it does in most of the mail.\r\n"+
	"  quoted = 'yes'; <a href=\"https://example.com/?a=b\">x</a>\r\n", 280)

func BenchmarkQuotedPrintable(b *testing.B) {
	dense := strings.Repeat("\u041f\u0440\u0438\u0432\u0435\u0442, \u043c\u0438\u0440! ", 2000)
	for name, plain := range map[string]string{"typical": prose, "dense": dense} {
		var coded bytes.Buffer
		w := qpWriter(&coded)
		_, _ = io.WriteString(w, plain)
		_ = w.Close()
		benchRead(b, name+"/read", coded.Bytes(), func(r io.Reader) io.Reader {
			return transfer.NewReader(transfer.QuotedPrintable, r, new(defect.List))
		})
		benchRead(b, name+"/standard/read", coded.Bytes(), func(r io.Reader) io.Reader { return quotedprintable.NewReader(r) })
		benchWrite(b, name+"/write", []byte(plain), qpWriter)
		benchWrite(b, name+"/standard/write", []byte(plain), func(w io.Writer) io.WriteCloser { return quotedprintable.NewWriter(w) })
	}
}

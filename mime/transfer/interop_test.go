//go:build interop

package transfer_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/mime/transfer"
)

// pipe runs a program of a Debian package on in.
func pipe(t *testing.T, debian, in, program string, args ...string) string {
	t.Helper()
	_, err := exec.LookPath(program)
	require.NoError(t, err, "install the Debian package %s", debian)
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Stdin = bytes.NewReader([]byte(in))
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	require.NoError(t, cmd.Run(), "%s: %s", program, &errs)
	return out.String()
}

// A job is an expression of Python over b, some octets.
type job struct {
	Expression string `json:"expression"`
	Octets     []byte `json:"octets"`
}

// python runs jobs, all in one process, since that takes long to start.
func python(t *testing.T, jobs []job) (results []string) {
	t.Helper()
	in, err := json.Marshal(jobs)
	require.NoError(t, err)
	out := pipe(t, "python3", string(in), "python3", "-c", `
import base64, binascii, json, quopri, sys
for job in json.load(sys.stdin):
    b = base64.b64decode(job["octets"] or "")
    print(base64.b64encode(eval(job["expression"])).decode())
`)
	for line := range strings.Lines(out) {
		b, err := base64.StdEncoding.DecodeString(strings.TrimSpace(line))
		require.NoError(t, err)
		results = append(results, string(b))
	}
	require.Len(t, results, len(jobs))
	return results
}

// contents are what the codecs have to carry.
func contents() map[string]string {
	return map[string]string{
		"empty": "", "one": "\x00", "octets": string(octets(5000)), "zeros": string(make([]byte, 1000)),
		"prose": prose[:5000], "blanks": "a \t\r\nFrom b\r\n.\r\n..c  ", "line": string(octets(45)),
	}
}

// TestPython compares all encodings with those of Python, both ways.
func TestPython(t *testing.T) {
	var jobs []job
	var checks []func(result string)
	ask := func(expression, in string, check func(result string)) {
		jobs, checks = append(jobs, job{expression, []byte(in)}), append(checks, check)
	}
	for name, in := range contents() {
		same := func(result string) { require.Equal(t, in, result, name) }
		decodes := func(e transfer.Encoding, before, after string) func(string) {
			return func(result string) {
				got, _ := decode(t, e, before+result+after)
				require.Equal(t, in, got, "%s %s", e, name)
			}
		}
		ask("base64.b64decode(b)", encode(t, base64Writer, in), same)
		ask("base64.encodebytes(b)", in, decodes(transfer.Base64, "", ""))
		ask("quopri.decodestring(b)", encode(t, qpBinaryWriter, in), same)
		ask("binascii.b2a_qp(b, istext=False)", in, decodes(transfer.QuotedPrintable, "", ""))
		if name != "octets" { // as text it has lone CR and LF, which Python leaves alone
			ask("binascii.b2a_qp(b, istext=True)", in, decodes(transfer.QuotedPrintable, "", ""))
		}
		uu := encode(t, func(w io.Writer) io.WriteCloser { return transfer.NewWriter(transfer.UUEncode, w) }, in)
		ask("b''.join(binascii.a2b_uu(l) for l in b.split(b'\\r\\n')[1:-3])", uu, same)
		ask("b''.join(binascii.b2a_uu(b[i:i+45]) for i in range(0, len(b), 45))", in,
			decodes(transfer.UUEncode, "begin 644 x\n", " \nend\n"))
		file := transfer.File{Encoding: transfer.YEnc, Name: "x", Size: int64(len(in))}
		yenc := encode(t, func(w io.Writer) io.WriteCloser { return transfer.NewFileWriter(file, w) }, in)
		ask("b'%08x' % binascii.crc32(b)", in, func(sum string) { require.Contains(t, yenc, " crc32="+sum+"\r\n", name) })
	}
	for i, result := range python(t, jobs) {
		checks[i](result)
	}
}

func TestUUProgramsReadWhatWeWrite(t *testing.T) {
	for name, in := range contents() {
		for _, e := range []transfer.Encoding{transfer.UUEncode, transfer.Base64} {
			coded := encode(t, func(w io.Writer) io.WriteCloser {
				return transfer.NewFileWriter(transfer.File{Encoding: e, Name: "x"}, w)
			}, in)
			if e == transfer.Base64 {
				coded = strings.ReplaceAll(coded, "\r\n", "\n") // uudecode has no room for the CR
			}
			require.Equal(t, in, pipe(t, "sharutils", coded, "uudecode", "-o", "/dev/stdout"), name)
		}
	}
}

func TestWeReadWhatUUProgramsWrite(t *testing.T) {
	for name, in := range contents() {
		file := filepath.Join(t.TempDir(), "file")
		require.NoError(t, os.WriteFile(file, []byte(in), 0o640))
		require.NoError(t, os.Chmod(file, 0o640))
		for _, args := range [][]string{{file, "a name"}, {"-m", file, "a name"}} {
			got, found := scan(t, "Hello,\n\n"+pipe(t, "sharutils", "", "uuencode", args...)+"-- \nme\n")
			require.Len(t, got, 3, name)
			require.Equal(t, "a name", got[1].file.Name)
			require.Equal(t, os.FileMode(0o640), got[1].file.Mode)
			require.Equal(t, in, got[1].text, name)
			for _, d := range found {
				require.Equal(t, transfer.BareLF, d.Kind, name)
			}
		}
	}
}

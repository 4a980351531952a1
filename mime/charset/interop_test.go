//go:build interop

package charset_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/mime/charset"
)

func run(t *testing.T, in []byte, program string, args ...string) []byte {
	t.Helper()
	_, err := exec.LookPath(program)
	require.NoError(t, err, "install the Debian package python3 or libc-bin")
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Stdin = bytes.NewReader(in)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	require.NoError(t, cmd.Run(), "%s: %s", args, &errs)
	return out.Bytes()
}

// A job is octets to be decoded with a codec of Python, with U+FFFD for what it can't, or text in UTF-8 to be encoded.
type job struct {
	Codec  string `json:"codec"`
	Encode bool   `json:"encode"`
	Octets []byte `json:"octets"`
}

// python runs jobs, all in one process, since that takes long to start.
func python(t *testing.T, jobs []job) (results [][]byte) {
	t.Helper()
	in, err := json.Marshal(jobs)
	require.NoError(t, err)
	out := run(t, in, "python3", "-c", `
import base64, json, sys
results = []
for job in json.load(sys.stdin):
    b, codec = base64.b64decode(job["octets"]), job["codec"]
    b = b.decode("utf-8").encode(codec, "replace") if job["encode"] else b.decode(codec, "replace").encode("utf-8")
    results.append(base64.b64encode(b).decode())
print(json.dumps(results))
`)
	require.NoError(t, json.Unmarshal(out, &results))
	require.Len(t, results, len(jobs))
	return results
}

// TestSinglesOfPython compares each octet of the charsets of single octets.
func TestSinglesOfPython(t *testing.T) {
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	codecs := map[string]string{
		"cp437": "cp437", "cp720": "cp720", "cp737": "cp737", "cp775": "cp775", "cp850": "cp850", "cp852": "cp852", "cp855": "cp855",
		"cp857": "cp857", "cp858": "cp858", "cp860": "cp860", "cp861": "cp861", "cp862": "cp862", "cp863": "cp863",
		"cp864": "cp864", "cp865": "cp865", "cp866": "cp866", "cp869": "cp869", "cp1125": "cp1125", "cp037": "cp037",
		"koi8-r": "koi8_r", "koi8-t": "koi8_t", "kz-1048": "kz1048", "ptcp154": "ptcp154", "hp-roman8": "hp_roman8",
		"macintosh": "mac_roman", "x-mac-ce": "mac_latin2", "x-mac-greek": "mac_greek", "x-mac-turkish": "mac_turkish",
		"x-mac-croatian": "mac_croatian", "x-mac-romanian": "mac_romanian", "x-mac-icelandic": "mac_iceland",
		"iso-8859-2": "iso8859_2", "iso-8859-3": "iso8859_3", "iso-8859-4": "iso8859_4", "iso-8859-5": "iso8859_5",
		"iso-8859-6": "iso8859_6", "iso-8859-7": "iso8859_7", "iso-8859-8": "iso8859_8", "iso-8859-10": "iso8859_10",
		"iso-8859-13": "iso8859_13", "iso-8859-14": "iso8859_14", "iso-8859-15": "iso8859_15", "iso-8859-16": "iso8859_16",
		"iso-8859-11": "iso8859_11", "iso-8859-9": "iso8859_9", "iso-8859-1": "latin_1",
		"windows-1250": "cp1250", "windows-1251": "cp1251", "windows-1252": "cp1252", "windows-1253": "cp1253",
		"windows-1254": "cp1254", "windows-1257": "cp1257", "windows-1256": "cp1256",
	}
	names := slices.Sorted(maps.Keys(codecs))
	var jobs []job
	for _, label := range names {
		jobs = append(jobs, job{Codec: codecs[label], Octets: all})
	}
	for i, table := range python(t, jobs) {
		label, want := names[i], []rune(string(table))
		require.Len(t, want, 256)
		for c, r := range want {
			got, _ := charset.Decode(label, all[c:c+1])
			superset := c >= 0x80 && c < 0xa0 && (r < 0xa0 || r == utf8.RuneError) // C1, or what Windows put there
			if !superset && r != utf8.RuneError {
				require.Equal(t, string(r), got, "%s 0x%02x", label, c)
			}
			if !superset && r != utf8.RuneError {
				back, whole := charset.Encode(label, string(r))
				require.True(t, whole, "%s %q", label, r)
				again, _ := charset.Decode(label, back)
				require.Equal(t, string(r), again)
			}
		}
	}
}

// TestSinglesOfLibc compares those that Python lacks with the C library's.
func TestSinglesOfLibc(t *testing.T) {
	for label, name := range map[string]string{
		"viscii": "VISCII", "armscii-8": "ARMSCII-8", "koi8-t": "KOI8-T", "x-mac-ce": "MAC-CENTRALEUROPE",
	} {
		var in []byte // those that we know, each in a line
		var want strings.Builder
		for c := range 256 {
			got, _ := charset.Decode(label, []byte{byte(c)})
			if r, _ := utf8.DecodeRuneInString(got); r != utf8.RuneError {
				in = append(in, byte(c), '\n')
				want.WriteString(got + "\n")
			}
		}
		require.Greater(t, len(in), 300)
		require.Equal(t, string(run(t, in, "iconv", "-f", name, "-t", "UTF-8")), want.String(), label)
	}
}

// TestTextOfPython decodes what Python encodes, and the other way round.
func TestTextOfPython(t *testing.T) {
	const (
		japanese = "こんにちは、世界。カタカナ 漢字 ABC\r\n日本語\r\n"
		korean   = "안녕하세요 세계 ABC\r\n한국어\r\n"
		chinese  = "你好，世界 ABC\r\n中文\r\n"
		taiwan   = "你好，世界 ABC\r\n繁體中文\r\n"
		all      = japanese + korean + chinese + "é 😀 +-~\r\n"
	)
	tests := []struct{ label, codec, text string }{
		{"iso-2022-jp", "iso2022_jp", japanese},
		{"iso-2022-jp-1", "iso2022_jp_1", japanese + "丂侄\r\n"},
		{"iso-2022-jp-2", "iso2022_jp_2", japanese + "안녕 你们 é α\r\n"},
		{"iso-2022-jp", "iso2022_jp_ext", japanese + "ｶﾀｶﾅ\r\n"},
		{"shift_jis", "shift_jis", japanese},
		{"cp932", "cp932", japanese + "①髙\r\n"},
		{"euc-jp", "euc_jp", japanese + "丂\r\n"},
		{"iso-2022-kr", "iso2022_kr", korean},
		{"euc-kr", "euc_kr", korean},
		{"cp949", "cp949", korean + "똠\r\n"},
		{"gb2312", "gb2312", chinese},
		{"gbk", "gbk", chinese + "繁體\r\n"},
		{"gb18030", "gb18030", all},
		{"hz", "hz", chinese},
		{"big5", "big5", taiwan},
		{"utf-7", "utf_7", all},
		{"utf-8", "utf_8_sig", all},
		{"utf-16", "utf_16", all},
		{"utf-16be", "utf_16_be", all},
		{"utf-16le", "utf_16_le", all},
		{"utf-32", "utf_32", all},
		{"utf-32be", "utf_32_be", all},
		{"utf-32le", "utf_32_le", all},
	}
	var jobs []job
	for _, tt := range tests {
		ours, _ := charset.Encode(tt.label, tt.text)
		jobs = append(jobs, job{tt.codec, true, []byte(tt.text)}, job{tt.codec, false, ours})
	}
	results := python(t, jobs)
	for i, tt := range tests {
		got, known := charset.Decode(tt.label, results[2*i])
		require.True(t, known)
		require.Equal(t, tt.text, got, tt.label)
		if _, whole := charset.Encode(tt.label, tt.text); whole {
			require.Equal(t, tt.text, strings.TrimPrefix(string(results[2*i+1]), "\uFEFF"), tt.label)
		}
	}
}

// TestInvalidUTF8OfPython compares where U+FFFD is put.
func TestInvalidUTF8OfPython(t *testing.T) {
	var jobs []job
	for _, in := range []string{"\xff", "a\xe2\x82", "\xe2\x82b", "\xc0\xaf", "\xed\xa0\x80", "\xf0\x9f\x98", "\xf4\x90\x80\x80", "\x80\x80", "\xe2\xe2\x82\xac"} {
		jobs = append(jobs, job{Codec: "utf_8", Octets: []byte(in)})
	}
	for i, want := range python(t, jobs) {
		got, _ := charset.Decode("utf-8", jobs[i].Octets)
		require.Equal(t, string(want), got, "%q", jobs[i].Octets)
	}
}

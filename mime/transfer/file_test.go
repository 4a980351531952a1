package transfer_test

import (
	"bytes"
	"io"
	"io/fs"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/mime/defect"
	"github.com/wirepost/wirepost/mime/transfer"
)

// piece is a segment, read.
type piece struct {
	file transfer.File // the zero value for text
	text string
}

// scan reads all segments of in, cut in each of the ways, and checks that this makes no difference.
func scan(t testing.TB, in string) (pieces []piece, found []defect.Defect) {
	t.Helper()
	first := true
	for name, way := range ways {
		var list defect.List
		got := pieces[:0:0]
		s := transfer.NewScanner(way(strings.NewReader(in)), &list)
		for {
			seg, err := s.Next()
			if err == io.EOF {
				break
			}
			require.NoError(t, err)
			text, err := io.ReadAll(seg)
			require.NoError(t, err)
			p := piece{text: string(text)}
			if seg.File != nil {
				p.file = *seg.File
			}
			got = append(got, p)
		}
		if first {
			pieces, found, first = got, slicesOf(&list), false
		}
		require.Equal(t, pieces, got, "%s of %q", name, in)
		require.Equal(t, found, slicesOf(&list), "%s of %q", name, in)
	}
	return pieces, found
}

func uuFile(name string) transfer.File {
	return transfer.File{Encoding: transfer.UUEncode, Name: name, Mode: 0o644, Size: -1}
}

const cat = "#0V%T\r\n`\r\nend\r\n" // "Cat"

func TestScanner(t *testing.T) {
	text := func(s string) piece { return piece{text: s} }
	file := func(s string) piece { return piece{uuFile("a b.txt"), s} }
	b64 := piece{transfer.File{Encoding: transfer.Base64, Name: "x", Mode: 0o600, Size: -1}, "hello"}
	full := strings.Repeat("x", 45)
	fullLine := "M" + strings.Repeat(">'AX", 15)
	const begin = "begin 644 a b.txt\r\n"
	for name, tt := range map[string]struct {
		in    string
		want  []piece
		found []defect.Defect
	}{
		"nothing":        {"", nil, nil},
		"text":           {"be\nbegin\nbegin at once\n=y", []piece{text("be\nbegin\nbegin at once\n=y")}, nil},
		"a file":         {begin + cat, []piece{file("Cat")}, nil},
		"LF":             {strings.ReplaceAll("Hi\r\n"+begin+cat, "\r", ""), []piece{text("Hi\n"), file("Cat")}, nil},
		"between":        {"Hi\r\n" + begin + cat + "bye", []piece{text("Hi\r\n"), file("Cat"), text("bye")}, nil},
		"two":            {begin + cat + begin + cat, []piece{file("Cat"), file("Cat")}, nil},
		"empty":          {begin + "`\r\nend", []piece{file("")}, nil},
		"emptier":        {begin + "end\r\n", []piece{file("")}, nil},
		"blank for zero": {begin + "#0V%T\r\n \r\nend\r\n", []piece{file("Cat")}, nil},
		"lost blank":     {begin + "#0V%T\r\n\r\nend \r\n", []piece{file("Cat")}, nil},
		"no zero line":   {begin + "#0V%T\r\nend\r\n", []piece{file("Cat")}, nil},
		"checksum":       {begin + "#0V%T!\r\n`\r\nend\r\n", []piece{file("Cat")}, nil},
		"cut off":        {begin + "#0V%T\r\n", []piece{file("Cat")}, at(26, transfer.MissingEnd)},
		"no end":         {begin + "#0V%T\r\n`\r\nbye", []piece{file("Cat"), text("bye")}, at(29, transfer.MissingEnd)},
		"text follows":   {begin + "#0V%T\r\nlower case", []piece{file("Cat"), text("lower case")}, at(26, transfer.MissingEnd)},
		"short line": {
			begin + fullLine + "\r\n" + strings.TrimRight(fullLine, "X") + "\r\n`\r\nend\r\n",
			[]piece{file(full + full[:44] + "@")},
			at(19+63, transfer.UUShort),
		},
		"lost blanks":      {begin + "&86)C\r\n`\r\nend\r\n", []piece{file("abc\x00\x00\x00")}, at(19, transfer.UUShort)},
		"not a file":       {"begin 644 hello\r\nHow are you?\r\n", []piece{text("begin 644 hello\r\nHow are you?\r\n")}, nil},
		"no mode":          {"begin the x\r\n" + cat, []piece{text("begin the x\r\n" + cat)}, nil},
		"in a line":        {"x begin 644 x\r\n" + cat, []piece{text("x begin 644 x\r\n" + cat)}, nil},
		"header only":      {"begin 644 x\r\n", []piece{text("begin 644 x\r\n")}, nil},
		"base64":           {"begin-base64 600 x\naGVs\nbG8=\n====\nx", []piece{b64, text("x")}, at(23, transfer.BareLF)},
		"base64, cut off":  {"begin-base64 600 x\r\naGVsbG8=\r\n", []piece{b64}, at(30, transfer.MissingEnd)},
		"base64, text":     {"begin-base64 600 x\r\naGVsbG8=\r\nBye.\r\n", []piece{b64, text("Bye.\r\n")}, at(30, transfer.MissingEnd)},
		"control in names": {"begin 644 a \x1b[1mb\x00.txt \r\n" + cat, []piece{{uuFile("a [1mb.txt"), "Cat"}}, nil},
	} {
		got, found := scan(t, tt.in)
		require.Equal(t, tt.want, got, name)
		require.ElementsMatch(t, tt.found, found, name)
	}
}

// TestHollowUU checks that lines without characters do not make a large file of a small one, and that such lines in a
// file that has others are filled up.
func TestHollowUU(t *testing.T) {
	const begin, end = "begin 644 x\r\n", "`\r\nend\r\n"
	hollow := strings.Repeat("M\r\n", 1000)
	got, found := decode(t, transfer.UUEncode, begin+hollow+end)
	require.LessOrEqual(t, len(got), 3*len(hollow))
	require.ElementsMatch(t, []defect.Defect{
		{Kind: transfer.UUShort, Offset: int64(len(begin))}, {Kind: transfer.UUHollow, Offset: int64(len(begin))},
	}, found)

	line := "M" + strings.Repeat(">'AX", 15) + "\r\n"
	got, found = decode(t, transfer.UUEncode, begin+strings.Repeat(line+"M\r\nM\r\n", 100)+end)
	require.Equal(t, strings.Repeat(strings.Repeat("x", 45)+strings.Repeat("\x00", 90), 100), got)
	require.Len(t, found, 1)
}

// TestScannerAtAnyPlace puts a file where the scanner's buffers end.
func TestScannerAtAnyPlace(t *testing.T) {
	want := octets(200)
	coded := encode(t, func(w io.Writer) io.WriteCloser { return transfer.NewFileWriter(uuFile("x"), w) }, string(want))
	for n := range 300 {
		before := strings.Repeat("text text\r\n", 360+n/11) + strings.Repeat("x", n%11) + "\r\n"
		s := transfer.NewScanner(strings.NewReader(before+coded), nil)
		_, err := s.Next()
		require.NoError(t, err)
		seg, err := s.Next() // passes over the text
		require.NoError(t, err)
		got, err := io.ReadAll(seg)
		require.NoError(t, err)
		require.Equal(t, want, got)
		_, err = s.Next()
		require.Equal(t, io.EOF, err)
		n, err := seg.Read(make([]byte, 1))
		require.Zero(t, n)
		require.Equal(t, io.EOF, err)
	}
}

func TestScannerPassesErrorsOn(t *testing.T) {
	s := transfer.NewScanner(iotest.TimeoutReader(iotest.OneByteReader(strings.NewReader("begin 644 x\r\n"+cat))), nil)
	_, err := s.Next()
	require.Equal(t, iotest.ErrTimeout, err)
	_, err = s.Next()
	require.Equal(t, iotest.ErrTimeout, err)
}

func TestReaderOfAFile(t *testing.T) {
	got, found := decode(t, transfer.UUEncode, "Hi\r\nbegin 644 x\r\n"+cat+"bye")
	require.Equal(t, "Cat", got)
	require.Empty(t, found)
	got, found = decode(t, transfer.UUEncode, "begin 644 x\r\nlower\r\n")
	require.Empty(t, got)
	require.Equal(t, at(13, transfer.MissingEnd), found)
	got, found = decode(t, transfer.YEnc, "lower\r\n")
	require.Empty(t, got)
	require.Equal(t, at(0, transfer.NoFile), found)
}

const yDigits = "=ybegin line=128 size=9 name= 1-9.txt \r\n[\\]^_`abc\r\n"

func TestYEnc(t *testing.T) {
	file := transfer.File{Encoding: transfer.YEnc, Name: "1-9.txt", Size: 9}
	part := file
	part.Part, part.Total, part.Begin, part.PartSize, part.Size = 2, 3, 100, 9, 300
	const header = "=ybegin part=2 total=3 line=128 size=300 name=1-9.txt\r\n=ypart begin=101 end=109\r\n[\\]^_`abc\r\n"
	for name, tt := range map[string]struct {
		in, want string
		file     transfer.File
		found    []defect.Defect
	}{
		"whole":     {yDigits + "=yend size=9 crc32=cbf43926\r\n", "123456789", file, nil},
		"no sum":    {yDigits + "=yend size=9", "123456789", file, nil},
		"wrong sum": {yDigits + "=yend size=9 crc32=CBF43927\r\n", "123456789", file, at(51, transfer.YEncCRC)},
		"no sum 2":  {yDigits + "=yend size=9 crc32=x\r\n", "123456789", file, at(51, transfer.YEncCRC)},
		"size":      {yDigits + "=yend size=8 crc32=cbf43926\r\n", "123456789", file, at(51, transfer.YEncSize)},
		"no end":    {yDigits, "123456789", file, at(51, transfer.MissingEnd)},
		"part":      {header + "=yend size=9 part=2 pcrc32=cbf43926 crc32=00000000\r\n", "123456789", part, nil},
		"part, sum": {header + "=yend size=9 part=2 pcrc32=cbf43927\r\n", "123456789", part, at(92, transfer.YEncCRC)},
		"escape": {
			"=ybegin line=128 size=4 name=x\r\n=@=M=J\r\n=}*=\r\n=yend size=4\r\n", "\xd6\xe3\xe0\x13\x00",
			transfer.File{Encoding: transfer.YEnc, Name: "x", Size: 4},
			append(at(43, transfer.YEncEscape), at(46, transfer.YEncSize)...),
		},
		"no part line": {
			"=ybegin part=1 line=128 size=1 name=x\r\n[\r\n=yend size=1\r\n", "1",
			transfer.File{Encoding: transfer.YEnc, Name: "x", Size: 1, Part: 1},
			at(39, transfer.YEncHeader),
		},
	} {
		got, found := scan(t, tt.in)
		require.Equal(t, []piece{{tt.file, tt.want}}, got, name)
		require.ElementsMatch(t, tt.found, found, name)
	}
	got, found := scan(t, yDigits+yDigits+"=yend size=9\r\nbye")
	require.Equal(t, []piece{{file, "123456789"}, {file, "123456789"}, {text: "bye"}}, got)
	require.Equal(t, at(51, transfer.MissingEnd), found)
	got, _ = scan(t, "=ybegin size=9 name=x\r\n")
	require.Equal(t, []piece{{text: "=ybegin size=9 name=x\r\n"}}, got)
}

func TestFileWriter(t *testing.T) {
	for _, f := range []transfer.File{
		uuFile("a name.bin"),
		{Encoding: transfer.Base64, Name: "x", Mode: 0o755, Size: -1},
		{Encoding: transfer.YEnc, Name: "x y.bin"},
		{Encoding: transfer.YEnc, Name: "x", Part: 2, Total: 9, Begin: 12345},
	} {
		for n := range 300 {
			in := string(octets(n))
			f := f
			switch {
			case f.Part > 0:
				f.Size, f.PartSize = 99999, int64(n)
			case f.Encoding == transfer.YEnc:
				f.Size = int64(n)
			}
			out := encode(t, func(w io.Writer) io.WriteCloser { return transfer.NewFileWriter(f, w) }, in)
			got, found := scan(t, "Hello\r\n"+out+"Bye\r\n")
			require.Empty(t, found)
			require.Equal(t, []piece{{text: "Hello\r\n"}, {f, in}, {text: "Bye\r\n"}}, got)
			for line := range strings.Lines(out) {
				require.LessOrEqual(t, len(line), 131)
				require.False(t, f.Encoding == transfer.YEnc && strings.HasPrefix(line, "."), line)
			}
		}
	}
	var b bytes.Buffer
	require.NoError(t, transfer.NewFileWriter(transfer.File{Encoding: transfer.UUEncode, Name: "\r\nend\r\n"}, &b).Close())
	require.Equal(t, "begin 644 end\r\n`\r\nend\r\n", b.String())
}

func TestFileWriterChecks(t *testing.T) {
	write := func(f transfer.File, n int) error {
		w := transfer.NewFileWriter(f, io.Discard)
		if _, err := w.Write(octets(n)); err != nil {
			return err
		}
		return w.Close()
	}
	require.NoError(t, write(transfer.File{Encoding: transfer.YEnc, Size: 3}, 3))
	require.Equal(t, transfer.ErrSize, write(transfer.File{Encoding: transfer.YEnc, Size: 3}, 2))
	require.Equal(t, transfer.ErrSize, write(transfer.File{Encoding: transfer.YEnc, Size: 3}, 4))
	require.Equal(t, transfer.ErrSize, write(transfer.File{Encoding: transfer.YEnc, Size: -1}, 0))
	require.ErrorContains(t, write(transfer.File{Encoding: transfer.SevenBit}, 1), "7bit")
	_, err := transfer.NewWriter(transfer.YEnc, io.Discard).Write(octets(1))
	require.Equal(t, transfer.ErrSize, err)
}

// FuzzScanner checks that any text scans, to no more than a few times its size, the same however it is cut; that text
// stays as it is; and that a file put into it is found again, unless the text before it ends inside another.
func FuzzScanner(f *testing.F) {
	for _, s := range []string{
		"begin 644 x\r\n" + cat, "begin-base64 600 x\naGVs\n====\n", yDigits, "begin 644 x\nM\nend\n",
		"=ybegin part=1 line=128 size=1 name=x\r\n=ypart begin=1 end=1\r\n=\r\n=yend size=1\r\n",
	} {
		f.Add(s, "data")
	}
	f.Fuzz(func(t *testing.T, text, data string) {
		text += "\r\n.\r\n" // ends a header line that the input may end in
		pieces, _ := scan(t, text)
		size, files := 0, 0
		for i, p := range pieces {
			size += len(p.text)
			if p.file != (transfer.File{}) {
				files++
			} else {
				require.Contains(t, text, p.text)
				require.False(t, i > 0 && pieces[i-1].file == (transfer.File{}), "text in two pieces")
			}
			require.NotContains(t, p.file.Name, "\n")
		}
		require.LessOrEqual(t, size, 3*len(text))
		if files > 0 {
			return
		}
		for _, e := range []transfer.Encoding{transfer.UUEncode, transfer.Base64, transfer.YEnc} {
			file := transfer.File{Encoding: e, Name: "f", Mode: 0o644, Size: -1}
			if e == transfer.YEnc {
				file.Mode, file.Size = 0, int64(len(data))
			}
			coded := encode(t, func(w io.Writer) io.WriteCloser { return transfer.NewFileWriter(file, w) }, data)
			pieces, found := scan(t, text+coded)
			require.Empty(t, found)
			require.Equal(t, piece{file, data}, pieces[len(pieces)-1])
		}
	})
}

func BenchmarkFiles(b *testing.B) {
	plain := octets(1 << 20)
	for _, e := range []transfer.Encoding{transfer.UUEncode, transfer.YEnc} {
		file := transfer.File{Encoding: e, Name: "x", Mode: fs.FileMode(0o644), Size: int64(len(plain))}
		open := func(w io.Writer) io.WriteCloser { return transfer.NewFileWriter(file, w) }
		var coded bytes.Buffer
		w := open(&coded)
		_, _ = w.Write(plain)
		_ = w.Close()
		benchRead(b, string(e)+"/read", coded.Bytes(), func(r io.Reader) io.Reader { return transfer.NewReader(e, r, nil) })
		benchWrite(b, string(e)+"/write", plain, open)
	}
	benchRead(b, "text", []byte(prose), func(r io.Reader) io.Reader {
		seg, err := transfer.NewScanner(r, nil).Next()
		if err != nil {
			b.Fatal(err)
		}
		return seg
	})
}

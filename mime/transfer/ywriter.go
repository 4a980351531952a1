package transfer

import (
	"fmt"
	"hash/crc32"
	"io"
	"slices"
)

// yLine is how many octets a line has, one more if an escape stands at its end.
const yLine = 128

// yWriter encodes in yEnc.
type yWriter struct {
	out       output
	file      File
	column    int
	left      int64 // octets that are still to come
	crc       uint32
	last      byte // the octet that was encoded last, not written yet: it may have to be escaped at the end of a line
	lastThere bool
}

func newYWriter(f File, w io.Writer) io.WriteCloser {
	y := &yWriter{out: output{w: w}, file: f, left: f.Size}
	if f.Part == 0 {
		y.out.write(fmt.Appendf(nil, "=ybegin line=%d size=%d name=%s\r\n", yLine, f.Size, f.Name))
	} else {
		y.left = f.PartSize
		total := ""
		if f.Total > 0 {
			total = fmt.Sprintf(" total=%d", f.Total)
		}
		y.out.write(fmt.Appendf(nil, "=ybegin part=%d%s line=%d size=%d name=%s\r\n=ypart begin=%d end=%d\r\n",
			f.Part, total, yLine, f.Size, f.Name, f.Begin+1, f.Begin+f.PartSize))
	}
	if f.Size < 0 || y.left < 0 {
		y.out.err = ErrSize
	}
	return y
}

func (y *yWriter) Write(p []byte) (int, error) {
	if err := y.out.usable(); err != nil {
		return 0, err
	}
	if int64(len(p)) > y.left {
		y.out.err = ErrSize
		return 0, y.out.err
	}
	y.left -= int64(len(p))
	y.crc = crc32.Update(y.crc, crc32.IEEETable, p)
	for chunk := range slices.Chunk(p, yLine) {
		b := y.out.room(4 * (yLine + 1))
		for _, c := range chunk {
			if y.lastThere {
				b = y.append(b, y.last, y.column == yLine-1)
			}
			y.last, y.lastThere = c+42, true
		}
		y.out.buf = b
	}
	return len(p), y.out.err
}

// append appends an encoded octet, which may be the last of its line, and at most three more.
func (y *yWriter) append(b []byte, c byte, last bool) []byte {
	first := y.column == 0
	if yCritical[c] != 0 && (yCritical[c] == always || first || last && c != '.') {
		b = append(b, '=')
		c += 64
		y.column++
	}
	b = append(b, c)
	if y.column++; y.column >= yLine {
		b = append(b, '\r', '\n')
		y.column = 0
	}
	return b
}

const always = 2

// yCritical says which encoded octets are escaped, 2 always and 1 at the start of a line. Blanks are at its end, too.
var yCritical = [256]uint8{0: always, '\n': always, '\r': always, '=': always, '.': 1, ' ': 1, '\t': 1}

func (y *yWriter) Close() error {
	if y.out.closed || y.out.err != nil {
		return y.out.close()
	}
	if y.left > 0 {
		y.out.err = ErrSize
		return y.out.close()
	}
	if y.lastThere {
		y.out.buf = y.append(y.out.room(4), y.last, true)
	}
	if y.column > 0 {
		y.out.write([]byte("\r\n"))
	}
	if y.file.Part == 0 {
		y.out.write(fmt.Appendf(nil, "=yend size=%d crc32=%08x\r\n", y.file.Size, y.crc))
	} else {
		y.out.write(fmt.Appendf(nil, "=yend size=%d part=%d pcrc32=%08x\r\n", y.file.PartSize, y.file.Part, y.crc))
	}
	return y.out.close()
}

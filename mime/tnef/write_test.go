package tnef_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/mime/defect"
	"github.com/wirepost/wirepost/mime/tnef"
	"github.com/wirepost/wirepost/mime/tnef/rtf"
)

func ExampleMessage_WriteTo() {
	var m tnef.Message
	m.Properties.Set(tnef.PidTagMessageClass, "IPM.Note")
	m.Properties.Set(tnef.PidTagSubject, "Prices")
	m.Properties.Set(tnef.PidTagRtfCompressed, rtf.Compress(rtf.FromText("See the file.")))
	m.Recipients = []tnef.Recipient{tnef.NewRecipient(tnef.To, "Anna", "anna@example.com")}
	m.Attachments = []tnef.Attachment{tnef.NewAttachment("prices.csv", "text/csv", []byte("a;1\n"))}
	var winmail bytes.Buffer
	if _, err := m.WriteTo(&winmail); err != nil {
		fmt.Println(err)
	}

	read := tnef.Parse(winmail.Bytes(), tnef.Limits{})
	body, _ := read.Body(0)
	fmt.Println(read.Class(), read.Properties.Text(tnef.PidTagSubject), body.Text)
	fmt.Println(read.Recipients[0].Address().Email, read.Attachments[0].Name(), read.Attachments[0].ContentType())
	// Output:
	// IPM.Note Prices See the file.
	// anna@example.com prices.csv text/csv
}

func ExampleParse() {
	octets, err := os.ReadFile("testdata/embedded.tnef")
	if err != nil {
		fmt.Println(err)
	}
	m := tnef.Parse(octets, tnef.Limits{})
	for i := range m.Attachments {
		a := &m.Attachments[i]
		fmt.Println(a.Name(), a.ContentType(), len(a.Data), a.Message != nil)
	}
	for d := range m.Defects.All() {
		fmt.Println(d)
	}
	// Output:
	// M  0 true
	// long name.png image/png 4 false
}

// full is a message with everything in it.
func full() *tnef.Message {
	when := time.Date(2024, 2, 29, 23, 59, 59, 123456700, time.UTC)
	m := &tnef.Message{Key: 7, CodePage: 1252}
	m.Properties = tnef.Properties{
		{Tag: tnef.PidTagMessageClass, Value: "IPM.Note"},
		{Tag: 0x0037001E, Value: "Grüße"},
		{Tag: tnef.PidTagImportance, Value: int32(2)},
		{Tag: tnef.PidTagClientSubmitTime, Value: when},
		{Tag: tnef.PidTagMessageDeliveryTime, Value: when.Add(time.Second)},
		{Tag: tnef.PidTagLastModificationTime, Value: when.Add(time.Minute)},
		{Tag: tnef.PidTagSearchKey, Value: []byte("0123456789abcdef")},
		{Tag: tnef.PidTagSenderName, Value: "Änne 😀"},
		{Tag: tnef.PidTagSenderSmtpAddress, Value: "aenne@example.com"},
		{Tag: tnef.PidTagBody, Value: "Hallo,\r\n€\r\n"},
		{Tag: tnef.PidTagRtfCompressed, Value: rtf.Compress(rtf.FromText("Hallo,\r\n€\r\n"))},
		{Tag: 0x60010002, Value: int16(-2)},
		{Tag: 0x60030004, Value: float32(1.5)},
		{Tag: 0x60040005, Value: -2.25},
		{Tag: 0x60050006, Value: int64(12345)},
		{Tag: 0x60060007, Value: 36526.5},
		{Tag: 0x6007000A, Value: int32(-1)},
		{Tag: 0x6008000B, Value: true},
		{Tag: 0x6009000B, Value: false},
		{Tag: 0x60090014, Value: int64(-5)},
		{Tag: 0x600C0048, Value: tnef.OLEGUID(0x20329)},
		{Tag: 0x600E000D, Value: tnef.Object{IID: tnef.OLEGUID(0x0b), Data: []byte("OLE")}},
		{Tag: 0x60111002, Value: []int16{1, -1, 2}},
		{Tag: 0x60121003, Value: []int32{7, -7}},
		{Tag: 0x60131004, Value: []float32{7, -7}},
		{Tag: 0x60141005, Value: []float64{7, -7}},
		{Tag: 0x60151014, Value: []int64{7, -7}},
		{Tag: 0x6016100B, Value: []bool{true, false}},
		{Tag: 0x60171040, Value: []time.Time{when}},
		{Tag: 0x60181048, Value: []tnef.GUID{tnef.OLEGUID(1), tnef.OLEGUID(2)}},
		{Tag: 0x6019101E, Value: []string{"a", "ü", ""}},
		{Tag: 0x601A101F, Value: []string{"я", ""}},
		{Tag: 0x601B1102, Value: [][]byte{[]byte("x"), {}, []byte("yz")}},
		{Tag: 0x601C1003, Value: []int32{}},
		{Tag: 0x80050003, Name: &tnef.Name{Set: tnef.OLEGUID(0x62002), ID: 0x8205}, Value: int32(2)},
		{Tag: 0x8006001F, Name: &tnef.Name{Set: tnef.OLEGUID(0x20329), Text: "Keywords"}, Value: "blau"},
	}
	m.Recipients = []tnef.Recipient{
		tnef.NewRecipient(tnef.To, "Bob", "bob@example.com"), tnef.NewRecipient(tnef.Bcc, "", "c@example.com"), {},
	}
	file := tnef.NewAttachment("Übersicht für alle.txt", "text/plain", []byte("eins\nzwei\n"))
	file.Properties.Set(tnef.PidTagCreationTime, when)
	file.Properties.Set(tnef.PidTagLastModificationTime, when)
	file.Properties.Set(tnef.PidTagRenderingPosition, int32(3))
	inner := &tnef.Message{Key: 1, CodePage: 65001, Attachments: []tnef.Attachment{{Data: []byte{}}}}
	inner.Properties.Set(tnef.PidTagSubject, "внутри")
	ole := tnef.Attachment{Properties: tnef.Properties{
		{Tag: tnef.PidTagAttachMethod, Value: int32(6)},
		{Tag: tnef.PidTagAttachDataObject, Value: tnef.Object{IID: tnef.OLEGUID(0x0b), Data: []byte("\xd0\xcf")}},
	}}
	m.Attachments = []tnef.Attachment{file, tnef.Embed(inner), ole}
	return m
}

func write(t testing.TB, m *tnef.Message) []byte {
	var b bytes.Buffer
	n, err := m.WriteTo(&b)
	require.NoError(t, err)
	require.Equal(t, int64(b.Len()), n)
	return b.Bytes()
}

func TestReadsBackEqual(t *testing.T) {
	require.Equal(t, full(), parse(t, write(t, full())))
	for _, name := range []string{"old.tnef", "types.tnef", "embedded.tnef"} {
		m := parse(t, file(t, name))
		require.Equal(t, m, parse(t, write(t, m)), name)
	}
}

func TestTextThatTheCodePageLacks(t *testing.T) {
	m := &tnef.Message{Properties: tnef.Properties{
		{Tag: 0x0037001E, Value: "日本"}, {Tag: 0x6000101E, Value: []string{"a", "я"}}, {Tag: 0x6001001F, Value: "a\xff"},
	}}
	got := parse(t, write(t, m))
	require.Equal(t, tnef.Properties{
		{Tag: 0x0037001F, Value: "日本"}, {Tag: 0x6000101F, Value: []string{"a", "я"}}, {Tag: 0x6001001F, Value: "a\ufffd"},
	}, got.Properties)
}

// TestPublishedSums has the values and checksums of MS-OXTNEF, 3.1.
func TestPublishedSums(t *testing.T) {
	m := new(tnef.Message)
	m.Properties.Set(tnef.PidTagMessageClass, "IPM.Note")
	m.Properties.Set(tnef.PidTagImportance, int32(1))
	m.Properties.Set(tnef.PidTagSubject, "Simple subject")
	m.Properties.Set(tnef.PidTagClientSubmitTime, time.Date(2004, 2, 17, 11, 25, 35, 0, time.UTC))
	m.Properties.Set(tnef.PidTagLastModificationTime, time.Date(2004, 2, 17, 12, 26, 9, 0, time.UTC))
	m.Properties.Set(tnef.PidTagSearchKey, []byte("\x75\x7b\xb1\x9c\xde\x93\x6a\x40\x87\xd9\x0b\xb7\x84\xc5\x8e\x3b"))
	b := string(write(t, m))
	for _, want := range []string{
		"\x78\x9f\x3e\x22\x01\x00\x01\x06\x90\x08\x00\x04\x00\x00\x00\x00\x00\x01\x00\x01\x00",
		"\x01\x07\x90\x06\x00\x08\x00\x00\x00\xe4\x04\x00\x00\x00\x00\x00\x00\xe8\x00",
		"\x01\x08\x80\x07\x00\x18\x00\x00\x00IPM.Microsoft Mail.Note\x00\x31\x08",
		"\x01\x0d\x80\x04\x00\x02\x00\x00\x00\x02\x00\x02\x00",
		"\x01\x04\x80\x01\x00\x0f\x00\x00\x00Simple subject\x00\x7a\x05",
		"\x01\x05\x80\x03\x00\x0e\x00\x00\x00\xd4\x07\x02\x00\x11\x00\x0b\x00\x19\x00\x23\x00\x02\x00\x37\x01",
		"\x01\x20\x80\x03\x00\x0e\x00\x00\x00\xd4\x07\x02\x00\x11\x00\x0c\x00\x1a\x00\x09\x00\x02\x00\x1f\x01",
		"\x01\x09\x80\x01\x00\x21\x00\x00\x00757BB19CDE936A4087D90BB784C58E3B\x00\x51\x07",
	} {
		require.Contains(t, b, want)
	}
}

// TestOrder: properties come after all attributes of the message, and those of an attachment after its own (MS-OXTNEF,
// 2.1.3).
func TestOrder(t *testing.T) {
	b := write(t, full())
	var ids []uint16
	for pos := 6; pos < len(b); pos += 11 + int(binary.LittleEndian.Uint32(b[pos+5:])) {
		ids = append(ids, binary.LittleEndian.Uint16(b[pos+1:]))
	}
	require.Equal(t, []uint16{
		0x9006, 0x9007, 0x8008, 0x800d, 0x8004, 0x8005, 0x8006, 0x8020, 0x8009, 0x9004, 0x9003,
		0x9002, 0x8010, 0x8012, 0x8013, 0x800f, 0x9005, 0x9002, 0x9005, 0x9002, 0x9005,
	}, ids)
}

func TestRefusals(t *testing.T) {
	self := new(tnef.Message)
	self.Attachments = []tnef.Attachment{tnef.Embed(self), tnef.Embed(self)}
	for want, m := range map[string]*tnef.Message{
		"property 0x0037001F can't have a value of type int":      {Properties: tnef.Properties{{Tag: tnef.PidTagSubject, Value: 1}}},
		"can't have a value of type string":                       {Properties: tnef.Properties{{Tag: 0x60000003, Value: "x"}}},
		"can't have a value of type []string":                     {Properties: tnef.Properties{{Tag: 0x60001003, Value: []string{}}}},
		"property 0x60001003 can't have a value of type []string": {Properties: tnef.Properties{{Tag: 0x60001003, Value: []string{"x"}}}},
		"can't have a value of type int32":                        {Properties: tnef.Properties{{Tag: 0x60001003, Value: int32(1)}}},
		"can't have a value of type <nil>":                        {Properties: tnef.Properties{{Tag: 0x60000001}}},
		"has a Name from 0x8000 up":                               {Properties: tnef.Properties{{Tag: 0x80000003, Value: int32(1)}}},
		"and only there":                                          {Properties: tnef.Properties{{Tag: 0x10000003, Value: int32(1), Name: &tnef.Name{}}}},
		"text with a NUL":                                         {Properties: tnef.Properties{{Tag: tnef.PidTagSubject, Value: "a\x00b"}}},
		"is not between 1601":                                     {Properties: tnef.Properties{{Tag: tnef.PidTagStartDate, Value: time.Time{}}}},
		"does one hold itself":                                    self,
		"can't have a value of type bool":                         {Recipients: []tnef.Recipient{{Properties: tnef.Properties{{Tag: 0x60000003, Value: true}}}}},
		"can't have a value of type float64":                      {Attachments: []tnef.Attachment{{Properties: tnef.Properties{{Tag: 0x60000003, Value: 1.5}}}}},
	} {
		var b bytes.Buffer
		_, err := m.WriteTo(&b)
		require.ErrorContains(t, err, strings.TrimSpace(want))
		require.Equal(t, 1, strings.Count(err.Error(), "tnef: "))
		require.Zero(t, b.Len())
	}
}

type failing struct{ left int }

var errFull = errors.New("full")

func (f *failing) Write(b []byte) (int, error) {
	if f.left -= len(b); f.left < 0 {
		return 0, errFull
	}
	return len(b), nil
}

func TestWriteErrors(t *testing.T) {
	size := len(write(t, full()))
	for n := range size {
		_, err := full().WriteTo(&failing{n})
		require.ErrorIs(t, err, errFull)
	}
	_, err := full().WriteTo(&failing{size})
	require.NoError(t, err)
}

func streams(t testing.TB) map[string][]byte {
	all := map[string][]byte{"full": write(t, full()), "deep": deep(t, 10)}
	for _, name := range []string{"old.tnef", "types.tnef", "embedded.tnef"} {
		all[name] = file(t, name)
	}
	return all
}

// survives reads damaged octets every way there is, and checks that what was read can be written again.
func survives(t testing.TB, b []byte) *tnef.Message {
	m := tnef.Parse(b, tnef.Limits{})
	m.Body(1 << 20)
	m.From()
	for i := range m.Attachments {
		m.Attachments[i].Name()
	}
	_, err := m.WriteTo(io.Discard)
	require.NoError(t, err)
	return m
}

func TestEveryPrefix(t *testing.T) {
	for name, b := range streams(t) {
		whole := tnef.Parse(b, tnef.Limits{})
		for n := range b {
			m := survives(t, b[:n:n])
			require.LessOrEqual(t, len(m.Attachments), len(whole.Attachments), name)
		}
	}
}

func TestEveryChangeOfOneOctet(t *testing.T) {
	for name, b := range streams(t) {
		// The key means nothing, and the id of an attribute, outside its checksum, may become another one's.
		free := map[int]bool{4: true, 5: true}
		for pos := 6; pos < len(b); pos += 11 + int(binary.LittleEndian.Uint32(b[pos+5:])) {
			free[pos+1], free[pos+2], free[pos+3] = true, true, true
		}
		for i := range min(len(b), 2048) {
			was := b[i]
			for _, to := range []byte{0, 0xff, was + 1, was ^ 0x10, was ^ 0x80} {
				if to == was {
					continue
				}
				b[i] = to
				m := survives(t, b)
				require.True(t, m.Defects.Len() > 0 || free[i], "%s: octet %d from %x to %x", name, i, was, to)
			}
			b[i] = was
		}
	}
}

// FuzzParse: no panic; what was read can be written, and what that gives, read and written once more, is the same, with
// no defect but limits, odd contents and repetitions that come from the original.
func FuzzParse(f *testing.F) {
	for _, b := range streams(f) {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		m := survives(t, b)
		once := write(t, m)
		again := tnef.Parse(once, tnef.Limits{})
		for d := range again.Defects.All() {
			require.Contains(t, []defect.Kind{tnef.OddContent, tnef.TooDeep, tnef.TooMany}, d.Kind)
		}
		require.True(t, bytes.Equal(once, write(t, again)))
	})
}

// FuzzWrite: a message of any texts and octets is refused, or reads back with these.
func FuzzWrite(f *testing.F) {
	f.Add("subject", "body", "name.txt", []byte("data"), 1252)
	f.Add("Привет", "日本\r\n", "a/b", []byte{}, 932)
	f.Fuzz(func(t *testing.T, subject, body, name string, data []byte, page int) {
		m := &tnef.Message{CodePage: int(uint16(page))}
		m.Properties = tnef.Properties{{Tag: 0x0037001E, Value: subject}, {Tag: tnef.PidTagBody, Value: body}}
		m.Properties.Set(tnef.PidTagRtfCompressed, rtf.Compress(rtf.FromText(body)))
		m.Attachments = []tnef.Attachment{tnef.NewAttachment(name, "", data)}
		var b bytes.Buffer
		if _, err := m.WriteTo(&b); err != nil {
			require.Contains(t, subject+body+name, "\x00")
			return
		}
		got := tnef.Parse(b.Bytes(), tnef.Limits{})
		valid := func(s string) string { return string([]rune(s)) }
		require.Equal(t, valid(subject), got.Properties.Text(tnef.PidTagSubject))
		require.Equal(t, valid(body), got.Properties.Text(tnef.PidTagBody))
		require.Equal(t, valid(name), got.Attachments[0].Properties.Text(tnef.PidTagAttachLongFilename))
		require.True(t, bytes.Equal(data, got.Attachments[0].Data))
		require.Equal(t, m.Properties.Bytes(tnef.PidTagRtfCompressed), got.Properties.Bytes(tnef.PidTagRtfCompressed))
	})
}

// TestMemory: what is kept and allocated is a small multiple of the input, for inputs that are all small values.
func TestMemory(t *testing.T) {
	const n = 1 << 16
	count := "\x00\x00\x01\x00"
	for name, b := range map[string]string{
		"small properties": head + attr(1, msgProps, count+strings.Repeat("\x0b\x00\x01\x60\x01\x00\x00\x00", n)),
		"empty strings":    head + attr(1, msgProps, "\x01\x00\x00\x00\x1f\x10\x01\x60"+count+strings.Repeat("\x00\x00\x00\x00", n)),
		"empty octets":     head + attr(1, msgProps, "\x01\x00\x00\x00\x02\x11\x01\x60"+count+strings.Repeat("\x00\x00\x00\x00", n)),
		"empty recipients": head + attr(1, 0x00069004, count+strings.Repeat("\x00\x00\x00\x00", n)),
		"attachments":      head + strings.Repeat(renddata, n/8),
		"attributes":       head + strings.Repeat(attr(1, subject, ""), n/8),
		"lies":             head + attr(1, msgProps, "\xff\xff\xff\xff\x1f\x10\x01\x60\xff\xff\xff\x7f"),
	} {
		t.Run(name, func(t *testing.T) {
			in := []byte(b)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			tnef.Parse(in, tnef.Limits{})
			runtime.ReadMemStats(&after)
			require.LessOrEqual(t, after.TotalAlloc-before.TotalAlloc, uint64(20*len(in)+1<<16))
		})
	}
}

func BenchmarkParse(b *testing.B) {
	m := full()
	m.Attachments = append(m.Attachments, tnef.NewAttachment("big.bin", "", bytes.Repeat([]byte("0123456789abcdef"), 1<<16)))
	in := write(b, m)
	b.SetBytes(int64(len(in)))
	b.ReportAllocs()
	for b.Loop() {
		tnef.Parse(in, tnef.Limits{})
	}
}

func BenchmarkWrite(b *testing.B) {
	m := full()
	m.Attachments = append(m.Attachments, tnef.NewAttachment("big.bin", "", bytes.Repeat([]byte("0123456789abcdef"), 1<<16)))
	b.SetBytes(1 << 20)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := m.WriteTo(io.Discard); err != nil {
			b.Fatal(err)
		}
	}
}

package tnef_test

import (
	"bytes"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/mime/defect"
	"github.com/wirepost/wirepost/mime/tnef"
	"github.com/wirepost/wirepost/mime/tnef/rtf"
)

// Files made by testdata/make.py, which shares no code with this package.
func file(t testing.TB, name string) []byte {
	b, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	return b
}

func parse(t *testing.T, b []byte) *tnef.Message {
	m := tnef.Parse(b, tnef.Limits{})
	for d := range m.Defects.All() {
		t.Error(d)
	}
	return m
}

func TestOldAttributes(t *testing.T) {
	m := parse(t, file(t, "old.tnef"))
	p := m.Properties
	require.Equal(t, uint16(0x1234), m.Key)
	require.Equal(t, 1251, m.CodePage)
	require.Equal(t, "IPM.Note", m.Class())
	require.Equal(t, "Привет", p.Text(tnef.PidTagSubject))
	require.Equal(t, time.Date(2004, 2, 17, 11, 25, 35, 0, time.UTC), p.Time(tnef.PidTagClientSubmitTime))
	require.Equal(t, time.Date(2004, 2, 17, 11, 26, 0, 0, time.UTC), p.Time(tnef.PidTagMessageDeliveryTime))
	require.Equal(t, time.Date(2004, 2, 17, 12, 26, 9, 0, time.UTC), p.Time(tnef.PidTagLastModificationTime))
	require.Equal(t, []byte{0x75, 0x7b, 0xb1, 0x9c}, p.Bytes(tnef.PidTagSearchKey)[:4])
	for tag, want := range map[tnef.Tag]int64{
		tnef.PidTagImportance: 2, tnef.PidTagMessageFlags: 0x13, tnef.PidTagOwnerAppointmentId: 77,
		tnef.PidTagResponseRequested: 1,
	} {
		got, ok := p.Int(tag)
		require.True(t, ok)
		require.Equal(t, want, got, tag)
	}
	require.Equal(t, tnef.Address{Name: "Bob", Type: "SMTP", Email: "b@b.c"}, m.From())
	require.Equal(t, "a@b.c", p.Text(tnef.PidTagSenderEmailAddress))
	require.Equal(t, "Cid", p.Text(tnef.PidTagReceivedRepresentingName))
	require.Equal(t, time.Date(2004, 3, 1, 9, 0, 0, 0, time.UTC), p.Time(tnef.PidTagStartDate))
	require.Equal(t, time.Date(2004, 3, 1, 10, 0, 0, 0, time.UTC), p.Time(tnef.PidTagEndDate))
	body, defects := m.Body(0)
	require.Zero(t, defects.Len())
	require.Equal(t, tnef.Body{Text: "Здравствуйте\r\n"}, body)
	require.Len(t, m.Attachments, 1)
	a := &m.Attachments[0]
	require.Equal(t, "ONE.TXT", a.Name())
	require.Equal(t, "one\n", string(a.Data))
	require.Equal(t, time.Date(2004, 1, 2, 3, 4, 5, 0, time.UTC), a.Properties.Time(tnef.PidTagCreationTime))
	require.Equal(t, time.Date(2004, 1, 2, 3, 4, 6, 0, time.UTC), a.Properties.Time(tnef.PidTagLastModificationTime))
}

func TestAllTypes(t *testing.T) {
	m := parse(t, file(t, "types.tnef"))
	when := time.Date(2000, 2, 29, 12, 30, 11, 0, time.UTC)
	for tag, want := range map[tnef.Tag]any{
		0x001A001E: "IPM.Note", 0x0037001F: "Größe €",
		0x60010002: int16(-2), 0x60020003: int32(-3), 0x60030004: float32(1.5), 0x60040005: -2.25,
		0x60050006: int64(12345), 0x60060007: 36526.5, 0x6007000A: int32(-2147221233), 0x6008000B: true,
		0x60090014: int64(-5), 0x600A001E: "für", 0x600B0040: when, 0x600C0048: tnef.OLEGUID(0x20329),
		0x600D0102: []byte{1, 2, 3, 4, 5}, 0x600E000D: tnef.Object{IID: tnef.OLEGUID(0x0b), Data: []byte("OLE")},
		0x60111002: []int16{1, -1, 2}, 0x60121003: []int32{7, -7}, 0x6013101E: []string{"a", "bc"},
		0x6014101F: []string{"ä", ""}, 0x60151102: [][]byte{[]byte("x"), {}, []byte("yz")},
		0x60161040: []time.Time{when},
	} {
		p, ok := m.Properties.Find(tag)
		require.True(t, ok, tag)
		require.Equal(t, tnef.Property{Tag: tag, Value: want}, p)
	}
	p, ok := m.Properties.FindNamed(tnef.Name{Set: tnef.OLEGUID(0x62002), ID: 0x8205})
	require.True(t, ok)
	require.Equal(t, int32(2), p.Value)
	p, ok = m.Properties.FindNamed(tnef.Name{Set: tnef.OLEGUID(0x20329), Text: "Keywords"})
	require.True(t, ok)
	require.Equal(t, "blue", p.Value)
	require.Equal(t, "00020329-0000-0000-C000-000000000046", p.Name.Set.String())
	require.Len(t, m.Properties, 24)

	require.Len(t, m.Recipients, 2)
	require.Equal(t, tnef.To, m.Recipients[0].Type())
	require.Equal(t, tnef.Address{Name: "Dora", Type: "SMTP", Email: "d@b.c"}, m.Recipients[0].Address())
	require.Equal(t, tnef.Cc, m.Recipients[1].Type())
	require.Equal(t, tnef.Address{Name: "Emil", Type: "SMTP", Email: "e@b.c"}, m.Recipients[1].Address())
}

func TestEmbedded(t *testing.T) {
	b := file(t, "embedded.tnef")
	m := parse(t, b)
	require.Len(t, m.Attachments, 2)
	a := &m.Attachments[0]
	require.Equal(t, "within", a.Message.Properties.Text(tnef.PidTagSubject))
	require.Zero(t, a.Message.Defects.Len())
	require.Equal(t, "M", a.Name())
	_, ok := a.Properties.Find(tnef.PidTagAttachDataObject)
	require.False(t, ok)
	a = &m.Attachments[1]
	require.Equal(t, "long name.png", a.Name())
	require.Equal(t, "image/png", a.ContentType())
	require.Equal(t, "img@x", a.ContentID())
	require.Equal(t, "\x89PNG", string(a.Data))
	at := bytes.Index(b, []byte("\x89PNG"))
	require.Same(t, &b[at], &a.Data[0], "the data is copied")

	// A defect within an embedded message is that message's, with a place in the whole.
	at = bytes.LastIndex(b[:at], []byte("w\x00i\x00t\x00h\x00i\x00n"))
	b[at] = 'W'
	m = tnef.Parse(b, tnef.Limits{})
	require.Equal(t, "Within", m.Attachments[0].Message.Properties.Text(tnef.PidTagSubject))
	require.True(t, m.Attachments[0].Message.Defects.Has(tnef.WrongSum))
	for d := range m.Attachments[0].Message.Defects.All() {
		require.Equal(t, int64(at+16), d.Offset)
	}
}

func attr(level byte, id uint32, data string) string {
	b := binary.LittleEndian.AppendUint32([]byte{level}, id)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(data)))
	var sum uint16
	for i := range len(data) {
		sum += uint16(data[i])
	}
	return string(binary.LittleEndian.AppendUint16(append(b, data...), sum))
}

const (
	head     = "\x78\x9f\x3e\x22\x01\x00"
	subject  = 0x00018004
	msgProps = 0x00069003
	renddata = "\x02\x02\x90\x06\x00\x0e\x00\x00\x00\x01\x00\xff\xff\xff\xff\x00\x00\x00\x00\x00\x00\x00\x00\xfd\x03"
)

func TestDefects(t *testing.T) {
	hello := attr(1, subject, "hello\x00")
	for name, tc := range map[string]struct {
		in   string
		kind defect.Kind
	}{
		"signature":       {"X" + head[1:] + hello, tnef.NoSignature},
		"checksum":        {head + hello[:len(hello)-1] + "x", tnef.WrongSum},
		"no checksum":     {head + hello[:len(hello)-1], tnef.Truncated},
		"cut":             {head + hello + attr(1, 0x0002800c, "hello")[:12], tnef.Truncated},
		"cut in head":     {head + hello + hello[:7], tnef.Truncated},
		"garbage after":   {head + hello + "\r\n", tnef.LostTrack},
		"unknown":         {head + attr(1, 0x00011111, "") + hello, tnef.UnknownAttribute},
		"level":           {head + attr(2, subject, "hello"), tnef.WrongLevel},
		"twice":           {head + hello + attr(1, subject, "bye"), tnef.DuplicateAttribute},
		"stray":           {head + hello + attr(2, 0x0006800f, "x"), tnef.StrayAttribute},
		"renddata":        {head + hello + attr(2, 0x00069002, "x"), tnef.BadAttribute},
		"data twice":      {head + hello + renddata + attr(2, 0x0006800f, "x") + attr(2, 0x0006800f, "y"), tnef.DuplicateAttribute},
		"version":         {head + attr(1, 0x00089006, "\x00\x00\x02\x00") + hello, tnef.WrongVersion},
		"code page":       {head + attr(1, 0x00069007, "\x67\x12\x00\x00\x00\x00\x00\x00") + hello, tnef.BadCodePage},
		"date":            {head + hello + attr(1, 0x00038005, "short"), tnef.BadAttribute},
		"month":           {head + hello + attr(1, 0x00038005, "\xd4\x07\x0d\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00"), tnef.BadAttribute},
		"id":              {head + hello + attr(1, 0x00018009, "xyz\x00"), tnef.BadAttribute},
		"from":            {head + hello + attr(1, 0x00008000, "\x04\x00\x00\x00\xff\xff\xff\xff"), tnef.BadAttribute},
		"short from":      {head + hello + attr(1, 0x00008000, "\x04"), tnef.BadAttribute},
		"owner":           {head + hello + attr(1, 0x00060000, "\xff\x00x"), tnef.BadAttribute},
		"priority":        {head + hello + attr(1, 0x0004800d, ""), tnef.BadAttribute},
		"count":           {head + hello + attr(1, msgProps, "\xff\xff\xff\xff"), tnef.ShortProperties},
		"recipient count": {head + hello + attr(1, 0x00069004, "\xff\xff\xff\xff"), tnef.ShortProperties},
		"value count":     {head + hello + attr(1, msgProps, "\x01\x00\x00\x00\x03\x10\x00\x60\xff\xff\xff\x7f1234"), tnef.ShortProperties},
		"value length":    {head + hello + attr(1, msgProps, "\x01\x00\x00\x00\x02\x01\x00\x60\x01\x00\x00\x00\xff\xff\xff\xff1234"), tnef.ShortProperties},
		"type":            {head + hello + attr(1, msgProps, "\x01\x00\x00\x00\x99\x00\x00\x601234"), tnef.UnknownType},
		"types":           {head + hello + attr(1, msgProps, "\x01\x00\x00\x00\x0d\x10\x00\x601234"), tnef.UnknownType},
		"name":            {head + hello + attr(1, msgProps, "\x01\x00\x00\x00\x03\x00\x00\x800123456789abcdef\x02\x00\x00\x001234"), tnef.UnknownNameKind},
		"more":            {head + hello + attr(1, msgProps, "\x00\x00\x00\x001234"), tnef.LongProperties},
		"no value":        {head + hello + attr(1, msgProps, "\x01\x00\x00\x00\x02\x01\x00\x60\x00\x00\x00\x00"), tnef.OddCount},
		"odd text":        {head + hello + attr(1, msgProps, "\x01\x00\x00\x00\x1f\x00\x00\x60\x01\x00\x00\x00\x03\x00\x00\x00abc\x00"), tnef.OddUTF16},
	} {
		t.Run(name, func(t *testing.T) {
			m := tnef.Parse([]byte(tc.in), tnef.Limits{})
			require.True(t, m.Defects.Has(tc.kind), m.Defects)
			require.Equal(t, 1, m.Defects.Len(), m.Defects)
			require.Equal(t, "hello", m.Properties.Text(tnef.PidTagSubject))
		})
	}
	require.True(t, new(tnef.Message).Defects.Len() == 0)
	require.True(t, tnef.Parse(nil, tnef.Limits{}).Defects.Has(tnef.NoSignature))
}

func TestCutAttachmentKeepsWhatIsThere(t *testing.T) {
	whole := head + renddata + attr(2, 0x0006800f, "0123456789")
	m := tnef.Parse([]byte(whole[:len(whole)-7]), tnef.Limits{})
	require.Equal(t, "01234", string(m.Attachments[0].Data))
	require.True(t, m.Defects.Has(tnef.Truncated))
}

// deep returns a message in a message and so on.
func deep(t testing.TB, n int) []byte {
	m := new(tnef.Message)
	for range n {
		m = &tnef.Message{Attachments: []tnef.Attachment{tnef.Embed(m)}}
	}
	var b bytes.Buffer
	_, err := m.WriteTo(&b)
	require.NoError(t, err)
	return b.Bytes()
}

func TestLimits(t *testing.T) {
	count := func(m *tnef.Message) (n int) {
		for ; len(m.Attachments) > 0 && m.Attachments[0].Message != nil; n++ {
			m = m.Attachments[0].Message
		}
		require.True(t, m.Defects.Has(tnef.TooDeep))
		_, kept := m.Attachments[0].Properties.Find(tnef.PidTagAttachDataObject)
		require.True(t, kept)
		return n
	}
	require.Equal(t, 8, count(tnef.Parse(deep(t, 12), tnef.Limits{})))
	require.Equal(t, 3, count(tnef.Parse(deep(t, 12), tnef.Limits{Depth: 3})))

	b := file(t, "types.tnef")
	m := tnef.Parse(b, tnef.Limits{Properties: 5})
	require.Len(t, m.Properties, 5)
	require.True(t, m.Defects.Has(tnef.TooMany))
	m = tnef.Parse(b, tnef.Limits{Recipients: 1})
	require.Len(t, m.Recipients, 1)
	require.True(t, m.Defects.Has(tnef.TooMany))
	m = tnef.Parse(file(t, "embedded.tnef"), tnef.Limits{Attachments: 1})
	require.Len(t, m.Attachments, 1)
	require.True(t, m.Defects.Has(tnef.TooMany))
}

func TestAttachmentNames(t *testing.T) {
	for in, want := range map[string]string{
		"a.txt": "a.txt", "../../etc/passwd": "passwd", `c:\x\y.exe`: "y.exe", "a\r\nb": "ab", "a\u202egpj.exe": "agpj.exe", "..": "", " . ": "",
		"dir/": "", "": "",
	} {
		a := tnef.NewAttachment(in, "", nil)
		require.Equal(t, want, a.Name(), in)
	}
	a := tnef.NewAttachment("..", "", nil)
	a.Properties.Set(tnef.PidTagAttachFilename, "SHORT~1.TXT")
	require.Equal(t, "SHORT~1.TXT", a.Name())
}

func TestContentAsProperty(t *testing.T) {
	list := "\x01\x00\x00\x00\x02\x01\x01\x37\x01\x00\x00\x00\x02\x00\x00\x00hi\x00\x00"
	m := parse(t, []byte(head+renddata+attr(2, 0x00069005, list)))
	require.Equal(t, "hi", string(m.Attachments[0].Data))
	require.Empty(t, m.Attachments[0].Properties)
	m = tnef.Parse([]byte(head+renddata+attr(2, 0x0006800f, "ho")+attr(2, 0x00069005, list)), tnef.Limits{})
	require.True(t, m.Defects.Has(tnef.OddContent))
	require.Equal(t, "ho", string(m.Attachments[0].Data))
}

func TestClasses(t *testing.T) {
	for in, want := range map[string]string{
		"IPM.Microsoft Schedule.MtgReq":                       "IPM.Schedule.Meeting.Request",
		"Microsoft Mail v3.0 IPM.Microsoft Mail.Note":         "IPM.Note",
		"IPM.Microsoft Mail.Non-Delivery":                     "Report.IPM.Note.NDR",
		"IPM.Task":                                            "IPM.Task",
		"Microsoft Mail v3.0 IPM.Microsoft Schedule.MtgRespA": "IPM.Schedule.Meeting.Resp.Tent",
	} {
		require.Equal(t, want, parse(t, []byte(head+attr(1, 0x00078008, in+"\x00"))).Class())
		m := parse(t, []byte(head+attr(1, 0x00070600, in+"\x00")))
		require.Equal(t, want, m.Properties.Text(tnef.PidTagOriginalMessageClass))
	}
}

func TestOwner(t *testing.T) {
	owner := attr(1, 0x00060000, "\x04\x00Cid\x00\x04\x00cid\x00")
	for class, want := range map[string]tnef.Tag{
		"IPM.Microsoft Schedule.MtgReq":   tnef.PidTagSentRepresentingName,
		"IPM.Microsoft Schedule.MtgCncl":  tnef.PidTagSentRepresentingName,
		"IPM.Microsoft Schedule.MtgRespP": tnef.PidTagReceivedRepresentingName,
		"":                                tnef.PidTagReceivedRepresentingName,
	} {
		m := parse(t, []byte(head+attr(1, 0x00078008, class)+owner))
		require.Equal(t, "Cid", m.Properties.Text(want))
		require.Len(t, m.Properties, 3)
	}
}

func TestFirstOfRepeatedAttributesCounts(t *testing.T) {
	list := "\x01\x00\x00\x00\x0b\x00\x01\x60\x01\x00\x00\x00"
	b := head + attr(1, subject, "first") + strings.Repeat(attr(1, subject, "more"), 50) + strings.Repeat(attr(1, msgProps, list), 3) +
		renddata + attr(2, 0x00018010, "a") + attr(2, 0x00018010, "b") + attr(2, 0x0006800f, "") + attr(2, 0x0006800f, "x")
	m := tnef.Parse([]byte(b), tnef.Limits{})
	require.Equal(t, "first", m.Properties.Text(tnef.PidTagSubject))
	require.Len(t, m.Properties, 4, "three lists of one and the subject")
	require.Equal(t, "a", m.Attachments[0].Name())
	require.Len(t, m.Attachments[0].Properties, 1)
	require.Empty(t, m.Attachments[0].Data)
	require.Equal(t, 54, m.Defects.Len())
}

func TestRecipientToResendTo(t *testing.T) {
	r := tnef.NewRecipient(tnef.Bcc, "", "a@b.c")
	r.Properties.Set(tnef.PidTagRecipientType, int32(-0x80000000|0x10000000|2))
	require.Equal(t, tnef.Cc, r.Type())
}

func TestRareAttributes(t *testing.T) {
	m := parse(t, []byte(head+attr(1, 0x00060002, "entry")+attr(1, 0x0001800a, "0A0b\x00")+attr(1, 0x0001800b, "ff")+
		attr(1, 0x0004800d, "\x03\x00")+attr(1, 0x00068007, "\x05")+
		renddata+attr(2, 0x00068011, "wmf")+attr(2, 0x00069001, "T.DAT\x00")+
		attr(2, 0x00069002, "\x02\x00\x07\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00")))
	require.Equal(t, tnef.Properties{
		{Tag: tnef.PidTagReceivedRepresentingEntryId, Value: []byte("entry")},
		{Tag: tnef.PidTagParentKey, Value: []byte{10, 11}},
		{Tag: tnef.PidTagConversationKey, Value: []byte{255}},
		{Tag: tnef.PidTagImportance, Value: int32(0)},
		{Tag: tnef.PidTagMessageFlags, Value: int32(4)},
	}, m.Properties)
	require.Len(t, m.Attachments, 2)
	require.Equal(t, tnef.Properties{
		{Tag: tnef.PidTagAttachRendering, Value: []byte("wmf")},
		{Tag: 0x370C001E, Value: "T.DAT"},
	}, m.Attachments[0].Properties)
	require.Equal(t, tnef.Properties{
		{Tag: tnef.PidTagAttachMethod, Value: int32(6)},
		{Tag: tnef.PidTagRenderingPosition, Value: int32(7)},
	}, m.Attachments[1].Properties)
}

func TestPropertiesLookup(t *testing.T) {
	p := tnef.Properties{
		{Tag: 0x60000002, Value: int16(1)},
		{Tag: 0x60010014, Value: int64(2)},
		{Tag: 0x6002000B, Value: false},
		{Tag: 0x6003001E, Value: "x"},
		{Tag: 0x80000003, Name: &tnef.Name{ID: 1}, Value: int32(5)},
	}
	for tag, want := range map[tnef.Tag]int64{0x60000003: 1, 0x60010003: 2, 0x60020003: 0} {
		got, ok := p.Int(tag)
		require.True(t, ok)
		require.Equal(t, want, got)
	}
	_, ok := p.Int(0x60030003)
	require.False(t, ok)
	_, ok = p.Find(0x80000003)
	require.False(t, ok, "an id of a named property is no name")
	_, ok = p.FindNamed(tnef.Name{ID: 2})
	require.False(t, ok)
	require.True(t, p.Time(tnef.PidTagStartDate).IsZero())
	p.Set(0x6003001F, "y")
	require.Equal(t, "y", p.Text(0x6003001E))
	require.Len(t, p, 5)
	require.Equal(t, "0x6003001F", p[3].Tag.String())
}

func TestBodies(t *testing.T) {
	var m tnef.Message
	m.Properties.Set(tnef.PidTagRtfCompressed, rtf.Compress([]byte(`{\rtf1\ansi\fromhtml1 {\*\htmltag64 <p>}\htmlrtf \htmlrtf0 hi}`)))
	b, defects := m.Body(0)
	require.Zero(t, defects.Len())
	require.Equal(t, "<p>hi", b.HTML)
	require.Equal(t, "hi", b.Text)
	m.Properties.Set(tnef.PidTagHtml, []byte("<b>\xe9"))
	m.Properties.Set(tnef.PidTagInternetCodepage, int32(28591))
	b, _ = m.Body(0)
	require.Equal(t, "<b>é", b.HTML)
	m.Properties.Set(tnef.PidTagHtml, []byte("<b>é"))
	m.Properties.Set(tnef.PidTagInternetCodepage, int32(65001))
	b, _ = m.Body(0)
	require.Equal(t, "<b>é", b.HTML)
	m.Properties = tnef.Properties{{Tag: 0x1013001F, Value: "<i>"}}
	b, _ = m.Body(0)
	require.Equal(t, tnef.Body{HTML: "<i>"}, b)
	m.Properties = tnef.Properties{{Tag: tnef.PidTagRtfCompressed, Value: []byte("x")}}
	b, defects = m.Body(0)
	require.True(t, defects.Has(rtf.ShortHeader))
	require.Equal(t, tnef.Body{}, b)
}

func TestTimes(t *testing.T) {
	for _, v := range []uint64{0, 1, 125963010110000000, math.MaxInt64, math.MaxUint64} {
		list := "\x01\x00\x00\x00\x40\x00\x00\x60" + string(binary.LittleEndian.AppendUint64(nil, v))
		m := parse(t, []byte(head+attr(1, msgProps, list)))
		var b bytes.Buffer
		_, err := m.WriteTo(&b)
		require.NoError(t, err)
		require.Contains(t, b.String(), list)
	}
}

package report_test

import (
	"bytes"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/mime"
	"github.com/wirepost/wirepost/mime/defect"
	"github.com/wirepost/wirepost/mime/report"
)

func index(t *testing.T, b []byte) *mime.Message {
	t.Helper()
	m, err := mime.Index(bytes.NewReader(b), int64(len(b)), mime.Limits{})
	require.NoError(t, err)
	return m
}

func TestFind(t *testing.T) {
	m, err := letter(head+"\r\nHello", report.ReturnFull, report.SevenBit).Delivery(everything())
	var defects defect.List
	found, err := report.Find(index(t, send(t, m, err).raw), &defects)
	require.NoError(t, err)
	require.Equal(t, sameTimes(everything()), sameTimes(found.Delivery))
	require.True(t, defects.Has(report.BadAction))
	require.Equal(t, "message/rfc822", found.Original.Type)
	body, err := io.ReadAll(found.Original.Decoded())
	require.NoError(t, err)
	require.Equal(t, head+"\r\nHello", string(body))

	d := receipt()
	d.Final.Value = "jürgen@b.example"
	m, err = letter(headU+"\r\nHello", report.ReturnHeaders, report.UTF8).Disposition(d)
	found, err = report.Find(index(t, send(t, m, err).raw), nil)
	require.NoError(t, err)
	require.Equal(t, "jürgen@b.example", found.Disposition.Final.Value)
	require.Equal(t, "message/global-headers", found.Original.Type)

	m, err = letter(head, report.ReturnNothing, report.SevenBit).Feedback(complaint())
	found, err = report.Find(index(t, send(t, m, err).raw), nil)
	require.NoError(t, err)
	require.Equal(t, "spam@a.example", found.Feedback.MailFrom)
	require.Nil(t, found.Original)
}

func TestFindNothing(t *testing.T) {
	enclosed, err := os.ReadFile("testdata/delivery.eml")
	require.NoError(t, err)
	for _, message := range []string{
		head + "\r\nHello", "Content-Type: message/rfc822\r\n\r\n" + strings.ReplaceAll(string(enclosed), "\n", "\r\n"),
	} {
		_, err := report.Find(index(t, []byte(message)), nil)
		require.ErrorIs(t, err, report.ErrNone)
	}
}

package config_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/mime/convert"
	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/smtp"
)

func TestConnector(t *testing.T) {
	f := parse(t, wholeExample())
	r := f.Connector.Routes[0]
	c := r.Connector()
	require.Equal(t, "partners", c.Name)
	require.Equal(t, []queue.AddressSpace{{Pattern: "example.org", Cost: 1}, {Pattern: "*.example.org", Cost: 10}}, c.Spaces)
	require.Equal(t, []string{"relay.example.org:587"}, c.Next)
	require.Equal(t, smtp.TLSVerified, c.Options.TLS)
	require.Equal(t, "partners", c.Options.Login)
	require.EqualValues(t, 20<<20, c.Options.MaxSize)
	require.Equal(t, []time.Duration{15 * time.Minute, time.Hour, 4 * time.Hour}, c.Options.Schedules.For(queue.Urgent).Intervals)
	branch := c.Domains["*.branch.example.org"]
	require.True(t, branch.Park)
	require.Equal(t, "partners/*.branch.example.org", branch.Login)
	_, err := queue.NewConnectors(c)
	require.NoError(t, err)
}

func TestContent(t *testing.T) {
	c := parse(t, "[content]\nattachments = 'uuencode'\nnon-mime-charset = 'utf-8'\ncharset = 'iso-8859-1'\nword-wrap = 76\nrich-text = 'never'\nautomatic-replies = false\ndisplay-names = false\n").Content
	require.Equal(t, convert.Options{
		Format: convert.UUEncode, Charset: "iso-8859-1", NonMIMECharset: "utf-8", LineLength: 76, RichText: convert.RichTextNever,
		NoDisplayNames: true, DropAutomaticReplies: true,
	}, c.Convert())
	require.Equal(t, queue.Content{UUEncode: true, Charset: "utf-8", NoRichText: true, LineLength: 76, NoReplies: true, NoNames: true}, c.Queue())

	c = parse(t, "").Content
	require.Equal(t, convert.Options{}, c.Convert())
	require.Equal(t, queue.Content{}, c.Queue())
}

func TestLDAP(t *testing.T) {
	l := parse(t, "").Accounts.LDAP
	d, err := l.Directory()
	require.NoError(t, err)
	require.Nil(t, d)

	l = parse(t, "[accounts.ldap]\nurl = 'ldaps://ldap.example.org'\nbase = 'dc=example,dc=org'\nfilter = '(!(locked=1))'\nbind = 'cn=s'\npassword-file = 'p'\ncache = '0'\n").Accounts.LDAP
	d, err = l.Directory()
	require.NoError(t, err)
	require.Equal(t, "dc=example,dc=org", d.Base)
	require.Equal(t, "(!(locked=1))", d.Filter)
	require.Negative(t, d.Keep)
	require.NoError(t, d.Close())
}

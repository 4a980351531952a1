package directory

import (
	"crypto/tls"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
	"github.com/stretchr/testify/require"
)

// A fake is an LDAP server that knows as much as LDAP asks of one.
type fake struct {
	t        *testing.T
	address  string
	entries  []fakeEntry
	bindAs   string // who may search, "" for everybody
	secret   string
	startTLS *tls.Config
	silent   bool // accepts, and answers nothing

	mu       sync.Mutex
	listener net.Listener
	conns    map[net.Conn]bool
	dialled  int
	searches []string
	binds    []string
	code     map[string]int64 // of the result of binds, by DN
}

type fakeEntry struct {
	dn         string
	attributes map[string][]string
	password   string
}

func startFake(t *testing.T, f *fake) *fake {
	t.Helper()
	f.t, f.conns = t, make(map[net.Conn]bool)
	f.start("127.0.0.1:0")
	t.Cleanup(f.stop)
	return f
}

func (f *fake) start(address string) {
	l, err := net.Listen("tcp", address)
	require.NoError(f.t, err)
	f.listener, f.address = l, l.Addr().String()
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			f.mu.Lock()
			f.dialled++
			f.conns[conn] = true
			f.mu.Unlock()
			go f.serve(conn)
		}
	}()
}

func (f *fake) stop() {
	f.listener.Close()
	f.cut()
}

// cut ends all connections.
func (f *fake) cut() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for c := range f.conns {
		c.Close()
	}
	clear(f.conns)
}

func (f *fake) seen() (dialled int, searches, binds []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.dialled, slices.Clone(f.searches), slices.Clone(f.binds)
}

func (f *fake) serve(conn net.Conn) {
	defer conn.Close()
	user := ""
	for {
		p, err := ber.ReadPacket(conn)
		if err != nil {
			return
		}
		if f.silent {
			continue
		}
		id, op := p.Children[0].Value.(int64), p.Children[1]
		switch op.Tag {
		case ldap.ApplicationBindRequest:
			user = op.Children[1].Value.(string)
			f.reply(conn, id, ldap.ApplicationBindResponse, f.bind(user, op.Children[2].Data.String()))
		case ldap.ApplicationSearchRequest:
			f.search(conn, id, user, op)
		case ldap.ApplicationExtendedRequest:
			if f.startTLS == nil {
				f.reply(conn, id, ldap.ApplicationExtendedResponse, ldap.LDAPResultUnwillingToPerform)
				continue
			}
			f.reply(conn, id, ldap.ApplicationExtendedResponse, 0)
			conn = tls.Server(conn, f.startTLS)
		default:
			return
		}
	}
}

func (f *fake) bind(dn, password string) int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.binds = append(f.binds, dn)
	switch code, ok := f.code[dn]; {
	case ok:
		return code
	case password == "":
		return 0 // as servers do: anonymous
	case dn == f.bindAs && password == f.secret:
		return 0
	}
	for _, e := range f.entries {
		if e.dn == dn && e.password == password {
			return 0
		}
	}
	return ldap.LDAPResultInvalidCredentials
}

func (f *fake) search(conn net.Conn, id int64, user string, op *ber.Packet) {
	filter, _ := ldap.DecompileFilter(op.Children[6])
	f.mu.Lock()
	f.searches = append(f.searches, filter)
	entries := slices.Clone(f.entries)
	f.mu.Unlock()
	if f.bindAs != "" && user != f.bindAs {
		f.reply(conn, id, ldap.ApplicationSearchResultDone, ldap.LDAPResultInsufficientAccessRights)
		return
	}
	base, limit, sent := op.Children[0].Value.(string), op.Children[3].Value.(int64), int64(0)
	if base != "dc=test" {
		f.reply(conn, id, ldap.ApplicationSearchResultDone, ldap.LDAPResultNoSuchObject)
		return
	}
	for _, e := range entries {
		if !fits(op.Children[6], e) {
			continue
		}
		if sent == limit {
			f.reply(conn, id, ldap.ApplicationSearchResultDone, ldap.LDAPResultSizeLimitExceeded)
			return
		}
		sent++
		body := ber.Encode(ber.ClassApplication, ber.TypeConstructed, ldap.ApplicationSearchResultEntry, nil, "")
		body.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, e.dn, ""))
		list := ber.NewSequence("")
		for name, values := range e.attributes {
			one, set := ber.NewSequence(""), ber.Encode(ber.ClassUniversal, ber.TypeConstructed, ber.TagSet, nil, "")
			one.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, name, ""))
			for _, v := range values {
				set.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, v, ""))
			}
			one.AppendChild(set)
			list.AppendChild(one)
		}
		body.AppendChild(list)
		send(conn, id, body)
	}
	f.reply(conn, id, ldap.ApplicationSearchResultDone, 0)
}

// fits evaluates and, or, equality and presence.
func fits(p *ber.Packet, e fakeEntry) bool {
	one := func(c *ber.Packet) bool { return fits(c, e) }
	switch p.Tag {
	case ldap.FilterAnd:
		return !slices.ContainsFunc(p.Children, func(c *ber.Packet) bool { return !one(c) })
	case ldap.FilterOr:
		return slices.ContainsFunc(p.Children, one)
	case ldap.FilterEqualityMatch:
		value := p.Children[1].Data.String()
		return slices.ContainsFunc(e.attributes[p.Children[0].Data.String()], func(v string) bool { return strings.EqualFold(v, value) })
	case ldap.FilterPresent:
		return len(e.attributes[p.Data.String()]) > 0
	}
	return false
}

func (f *fake) reply(conn net.Conn, id int64, tag ber.Tag, code int64) {
	body := ber.Encode(ber.ClassApplication, ber.TypeConstructed, tag, nil, "")
	body.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagEnumerated, code, ""))
	for range 2 {
		body.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, "", ""))
	}
	send(conn, id, body)
}

func send(conn net.Conn, id int64, body *ber.Packet) {
	p := ber.NewSequence("")
	p.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, id, ""))
	p.AppendChild(body)
	_, _ = conn.Write(p.Bytes())
}

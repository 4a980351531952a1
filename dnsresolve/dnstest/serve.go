package dnstest

import (
	"encoding/binary"
	"io"
	"net"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/miekg/dns"

	"github.com/wirepost/wirepost/dnsresolve"
)

// serve answers a query: it hands what it says to reply, one packet after the
// other.
func (s *Server) serve(packet []byte, network string, from netip.AddrPort, reply func([]byte)) Fault {
	var query dns.Msg
	if query.Unpack(packet) != nil || len(query.Question) != 1 {
		return Fault{Silent: true}
	}
	q := query.Question[0]
	s.mu.Lock()
	s.asked = append(s.asked, Question{strings.TrimSuffix(q.Name, "."), dnsresolve.Type(q.Qtype), network, from})
	f := s.fault(q)
	resp := s.respond(&query, f, network)
	s.mu.Unlock()
	if f.Delay > 0 {
		time.Sleep(f.Delay)
	}
	switch {
	case f.Silent:
		return f
	case f.Raw != nil:
		if p := f.Raw(packet); p != nil {
			reply(p)
		}
		return f
	}
	if f.Spoof != "" {
		s.spoof(&query, f, reply)
	}
	p, err := resp.Pack()
	if err != nil {
		s.tb.Errorf("dnstest: %v", err)
		return f
	}
	if f.Cut {
		binary.BigEndian.PutUint16(p[6:], uint16(len(resp.Answer)+1))
	}
	reply(p)
	return f
}

// respond makes the answer. The lock is held.
func (s *Server) respond(query *dns.Msg, f Fault, network string) *dns.Msg {
	resp := new(dns.Msg).SetReply(query)
	resp.RecursionAvailable = true
	resp.Compress = true
	q := query.Question[0]
	edns := query.IsEdns0()
	size := dns.MinMsgSize
	if edns != nil {
		resp.SetEdns0(1232, edns.Do())
		size = int(edns.UDPSize())
	}
	switch {
	case f.NoEDNS && edns != nil:
		resp.Question, resp.Extra, resp.Rcode = nil, nil, dns.RcodeFormatError
	case f.Bogus:
		resp.Rcode = dns.RcodeServerFailure
		if opt := resp.IsEdns0(); opt != nil {
			opt.Option = append(opt.Option, &dns.EDNS0_EDE{InfoCode: dns.ExtendedErrorCodeDNSBogus})
		}
	case f.Code != 0:
		resp.Rcode = f.Code
	case f.Lame:
		resp.RecursionAvailable = false
		resp.Ns = []dns.RR{&dns.NS{Hdr: dns.RR_Header{Name: ".", Rrtype: dns.TypeNS, Class: dns.ClassINET}, Ns: "ns.invalid."}}
	default:
		names := s.zone.answer(resp, q, !f.NoFollow)
		resp.AuthenticatedData = !f.Insecure && query.AuthenticatedData && s.allSecure(names)
	}
	if f.NoSOA {
		resp.Ns = nil
	}
	if f.WrongID {
		resp.Id++
	}
	if network == "udp" {
		if f.Truncated {
			resp.Answer, resp.Ns, resp.Truncated = nil, nil, true
		}
		resp.Truncate(size)
	}
	return resp
}

func (s *Server) allSecure(names []string) bool {
	return !slices.ContainsFunc(names, func(n string) bool {
		return !slices.ContainsFunc(s.secure, func(zone string) bool { return dns.IsSubDomain(zone, n) })
	})
}

// spoof sends what somebody would who did not see the query: with another id,
// and with the right one but about another name, of another type, or as a query.
func (s *Server) spoof(query *dns.Msg, f Fault, reply func([]byte)) {
	z, err := parse(f.Spoof)
	if err != nil {
		s.tb.Errorf("dnstest: Fault.Spoof: %v", err)
		return
	}
	for i := range 4 {
		forged := new(dns.Msg).SetReply(query)
		forged.RecursionAvailable = true
		z.answer(forged, query.Question[0], true)
		switch i {
		case 0:
			forged.Id++
		case 1:
			forged.Question[0].Name = "other." + forged.Question[0].Name
		case 2:
			forged.Question[0].Qtype = dns.TypeNULL
		case 3:
			forged.Response = false
		}
		p, err := forged.Pack()
		if err != nil {
			s.tb.Errorf("dnstest: Fault.Spoof: %v", err)
			return
		}
		reply(p)
	}
}

// serveConn answers what comes over TCP until the client closes.
func (s *Server) serveConn(conn net.Conn, from netip.AddrPort) {
	defer s.conns.remove(conn)
	for {
		var size [2]byte
		if _, err := io.ReadFull(conn, size[:]); err != nil {
			return
		}
		packet := make([]byte, binary.BigEndian.Uint16(size[:]))
		if _, err := io.ReadFull(conn, packet); err != nil {
			return
		}
		var out []byte
		f := s.serve(packet, "tcp", from, func(p []byte) {
			out = append(binary.BigEndian.AppendUint16(out, uint16(len(p))), p...)
		})
		switch {
		case f.NoTCP:
			return
		case f.Drip > 0:
			for i := range out {
				time.Sleep(f.Drip)
				if _, err := conn.Write(out[i : i+1]); err != nil {
					return
				}
			}
		default:
			if _, err := conn.Write(out); err != nil {
				return
			}
		}
	}
}

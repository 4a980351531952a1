// Package serve is the life of a server, whatever it speaks: listeners,
// connections and who may make them, pause, shutdown. Exchange called it a
// virtual server. It knows no protocol.
//
// An engine keeps a Life in its Server, hands Serve a Handle that holds one
// conversation, and registers each conversation with Enter, so that those that
// came another way are shut down as well:
//
//	type Server struct {
//		life serve.Life
//	}
//
//	func (s *Server) Serve(ln net.Listener) error {
//		return s.life.Serve(ln, &serve.Options{Handle: s.handle})
//	}
//
//	func (s *Server) ServeConn(ctx context.Context, nc net.Conn) error {
//		c := newConn(nc)
//		leave, err := s.life.Enter(c.wire.Interrupt, c.wire.Abort)
//		if err != nil {
//			return err
//		}
//		defer leave()
//		return c.serve(ctx)
//	}
//
// Rules that hold everywhere in it:
//
//  1. The accept loop never waits for a peer: headers are read and refusals
//     are told in goroutines of their own, which are bounded.
//  2. No lock is held over I/O or over a function of the caller's.
//  3. Nothing is begun once Draining is true, so what is left only shrinks.
//
// The files:
//
//	life.go     Life: Enter, Pause, Resume
//	shutdown.go Shutdown, Close
//	member.go   what Shutdown waits for, and calling it back
//	stats.go    Stats
//	options.go  Options
//	accept.go   Serve: the accept loop
//	retry.go    which errors of Accept may pass
//	admit.go    limits: who gets in
//	conn.go     one connection, from admission to its end
//	refuse.go   Refusal: telling the others
//	addr.go     addresses of peers
//	access.go   lists of prefixes
//	proxy.go    the PROXY header: reading it
//	proxyv1.go  its form in text
//	proxyv2.go  its form in octets
//	proxied.go  a connection that has the addresses of a PROXY header
package serve

// Package deflate compresses a connection (RFC 4978, RFC 1951).
//
//	nc = deflate.New(nc)
//
// Reading differs from package compress/flate in what a conversation needs: what
// has come is handed on at once, wherever the peer has flushed and however; and a
// deadline that passes leaves the stream as it is, so that reading can go on.
//
// Each Write is flushed, and made without regard to those before it. That costs
// little, keeps an idle connection from holding a compressor, and keeps what one
// answer holds from showing in the length of another.
//
// The files: conn.go has the connection, inflate.go the reader, block.go what is
// in a block, huffman.go its codes.
package deflate

package rtf

import "hash/crc32"

// The header of a compressed document: four little-endian 32-bit numbers, the size of what follows this one, the size
// of the document, the kind of compression and the checksum (MS-OXRTFCP, 2.1.3.1.1).
const (
	headerSize   = 16
	compressed   = 0x75465a4c // LZFu
	uncompressed = 0x414c454d // MELA
)

// What the dictionary of an LZFu stream holds before the first octet (MS-OXRTFCP, 2.1).
const preloaded = `{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}` +
	`{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans SerifSymbolArialTimes New RomanCourier` +
	`{\colortbl\red0\green0\blue0` + "\r\n" + `\par \pard\plain\f0\fs20\b\i\u\tab\tx`

const (
	window   = 4096 // octets in the dictionary; a reference has 12 bits for the place
	minMatch = 2    // the length that a reference's four bits count from
	maxMatch = minMatch + 15
)

// checksum is the CRC-32 of the compressed octets, without the usual inversions (MS-OXRTFCP, 2.1).
func checksum(b []byte) uint32 {
	return ^crc32.Update(^uint32(0), crc32.IEEETable, b)
}

// Package collate compares text as SEARCH, SORT and THREAD do: by the collations i;unicode-casemap (RFC 5051), which
// I18NLEVEL=1 makes the rule (RFC 5255, 4.3), i;ascii-casemap and i;octet (RFC 4790, 9.2 and 9.3).
//
//	key := collate.UnicodeCasemap.Key("Grüße") // sorts, and is equal, as the collation has it
//
//	s := collate.NewSearch(collate.UnicodeCasemap, "grüsse", "wirepost")
//	err := s.Text(r) // UTF-8, as long as it likes: no more than a piece is held
//	if s.Found(1) { ... }
//
// The files: collation.go has the keys, fold.go how one character is folded, search.go looks for needles in a stream,
// each of which needle.go has.
package collate

// Package match has the pieces of SEARCH that look into messages (RFC 9051, 6.4.4; RFC 5255, 4.6): dates, header fields,
// bodies. Walking the query is the caller's, and so is asking what is cheap first:
//
//	s := collate.NewSearch(collate.UnicodeCasemap, "grüße")
//	if has, known := match.Known(sum, "subject", s); !known {
//		h, err := m.Root.Header()
//		has = match.Field(&h, "subject", s)
//	}
//	if !s.Done() {
//		err = match.Body(ctx, m, s) // BODY
//	}
//
// A search may look for the texts of several keys at once, and is used for message after message, with Reset between.
package match

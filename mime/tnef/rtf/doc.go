// Package rtf reads and writes rich text as mail has it: compressed (MS-OXRTFCP), with HTML or plain text encapsulated
// in it (MS-OXRTFEX), or as any word processor writes it (RTF 1.9.1).
//
// A winmail.dat carries the body of its message so, in the property PidTagRtfCompressed:
//
//	var defects defect.List
//	doc := rtf.Decompress(property, 0, &defects)
//	if rtf.SourceOf(doc) == rtf.SourceHTML {
//		html = rtf.HTML(doc, &defects)
//	} else {
//		text = rtf.Text(doc, &defects)
//	}
//
// and the way back is rtf.Compress(rtf.FromText(body)).
//
// Nothing here fails: what can be read is returned, and what was wrong is told to the [defect.List], which may be nil.
// The time is linear in the input, and so is the output: at most nine octets for each compressed one, at most three
// for each octet of RTF.
//
// The files: decompress.go and compress.go hold the two ways of the compression, dictionary.go what they share;
// scan.go splits RTF into tokens, convert.go and words.go turn them into text or HTML, fonts.go knows the character
// sets; write.go makes RTF of text.
package rtf

// Package thread puts messages in order: SORT (RFC 5256, 3; RFC 5957) and THREAD, by the algorithms ORDEREDSUBJECT and
// REFERENCES (RFC 5256, 3) and REFS (draft-ietf-morg-inthread-01).
//
//	thread.Sort(messages, []thread.Criterion{{Key: thread.Subject}, {Key: thread.Date, Reverse: true}})
//
//	forest := thread.References(messages)
//	line = forest.AppendTo(append(line, "* THREAD"...)) // " (166)(167 (168)(169))"
//
// Whatever messages refer to, the time is that of sorting them: no chain of references is walked up again and again, and
// nothing calls itself for each level of a thread.
//
// The files: message.go has the input, sort.go SORT; orderedsubject.go, references.go and refs.go are the algorithms, links.go
// is step 1 of REFERENCES and ancestry.go finds its loops, prune.go is steps 2 and 3, subjects.go is step 5; forest.go is
// the result.
package thread

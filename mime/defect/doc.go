// Package defect has the words in which the packages below mime tell what was wrong with a message that they read
// all the same. Mail is what it is: RFC 7103 asks for tolerance, and a reader that only tolerates keeps a filter, a
// gateway or an administrator in the dark. So nothing that is tolerated stays unsaid.
//
// Each package declares the kinds that it finds, beside the code that finds them.
package defect

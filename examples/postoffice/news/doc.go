// Package news shows the information store's public folders of Kind News as newsgroups: it is an
// nntp.Store.
//
//	groups := news.New(s, "news.example.org")
//	err := groups.ChangeGroup(ctx, nntp.GroupChange{Name: "example.test"})
//	srv := &nntp.Server{Store: groups, Hostname: "news.example.org"}
//
// A newsgroup is a folder at the root of Public that has the group's name. UIDs are article
// numbers. So an article that is posted by NNTP is there for IMAP at once, and what IMAP puts into
// the folder, or removes from it, has come to the group, or gone:
//
//   - A message that came otherwise is looked at when somebody next asks about its group. It is an
//     article if it has no more than MaxArticle octets; what it lacks of the header of one is made
//     up when it is read (RFC 5536, 3.1).
//   - If it has the Message-ID of an article that there is, it is one more place of that article.
//   - What IMAP has expunged is remembered as if it had expired.
//
// A group that is removed and made again is a new folder, with a UIDVALIDITY of its own, and goes on
// counting above the numbers that it gave before.
//
// The files:
//
//	store.go      Store: articles
//	options.go    what an administrator says: who may read and post, how long articles stay
//	group.go      newsgroups
//	directory.go  what is known of them while none of them changes
//	marks.go      the numbers of those that were removed
//	arrive.go     messages that came otherwise
//	looks.go      which of them were looked at
//	render.go     the form in which they are read
//	summary.go    what is kept of an article besides its octets
package news

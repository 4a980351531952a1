// Package sqlite keeps the reference server's store in one directory: an SQLite database, and a
// file for each large body. It is the only place with SQL.
//
// How it works, and what holds:
//
//  1. One goroutine writes. It commits the changes of all callers that wait in one transaction
//     (group commit), so that they share one fsync. Readers have connections of their own and see
//     what was last committed.
//  2. A body is read before its caller gets in line, so a slow sender delays nobody. Up to
//     InlineLimit octets it travels in memory and ends in the database. A longer one goes to a file
//     under blobs/, which is written under a temporary name, synced, renamed, and its directory
//     synced, all before the row that names it. Removal goes the other way: first the row, then
//     the file. What a crash leaves between, Open removes.
//  3. Within the writer, a change looks before it writes. A change that is refused has written
//     nothing and leaves its neighbours in the group alone. If one fails after it began to write,
//     the group is rolled back and made again one by one.
//     Changes in a row that only add messages share what they know of folders, whose rows are
//     written once for all of them, before anybody else looks.
//  4. Counters (a folder's counts, a blob's references) are kept with the change that moves them;
//     Check counts again.
//  5. Large removals are made in small steps: a folder is first marked as doomed, which takes it
//     out of sight, and then emptied batch by batch.
//
// One process at a time: Open takes a lock on the directory. Use a local file system: SQLite's
// write-ahead log needs shared memory, which network file systems do not give.
//
// The files:
//
//	open.go                           Options, Open, Close: the order in which things start and end
//	schema.go                         the tables, by migrations
//	conn.go                           connections, prepared statements, the pool of readers
//	writer.go, tx.go                  group commit, and the transaction as one change sees it
//	failure.go                        which errors from below become which of the store's
//	lock_unix.go, lock_windows.go     the lock on the directory
//	domains.go, resolve.go            local domains, the default quota, and whose an address is
//	lists.go                          mailing lists and aliases
//	accounts.go, account_change.go    accounts
//	folders.go, tree.go               folders: found and listed, made and moved
//	head.go, doom.go                  a folder's counters in a change, and its removal
//	stage.go, files.go, orphans.go    bodies on their way in, their files, what was left over
//	deliver.go, receipt.go, entry.go  messages in
//	body.go, scan.go, changes.go      messages out, and listed
//	flags.go, copy.go, expunge.go     changes to messages
//	keywords.go                       how a folder spells keywords
//	notes.go, summaries.go            what protocols keep
//	articles.go, article_change.go    articles: found, and made
//	lease.go, watch.go                maildrops, wake-ups
//	sweep.go, check.go                housekeeping, the recount
//	snapshot.go                       a copy of it all, of one moment
//	reindex.go                        what can be mended, is
package sqlite

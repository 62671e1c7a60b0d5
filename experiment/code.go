package experiment

// UnknownCommit is the Commit of a program that cannot tell which code it was made from.
const UnknownCommit = "unknown"

// Code is what a program was made from. A run by other code does not count as done.
type Code struct {
	// in full, or UnknownCommit; "" in what was written before commits were recorded
	Commit string `json:"commit,omitempty"`
	Time   string `json:"time,omitempty"` // of the commit, RFC 3339, UTC

	// Program is a hash of the program where the commit alone does not
	// say what is in it: the code was modified, or the commit is unknown.
	Program string `json:"program,omitempty"`
}

// String names the commit.
func (c Code) String() string {
	switch {
	case c.Commit == "":
		return "commit not recorded"
	case c.Commit == UnknownCommit:
		return "unknown commit"
	case c.Program != "":
		return c.short() + ", modified"
	}
	return c.short()
}

// short is as much of the commit as one types.
func (c Code) short() string { return c.Commit[:min(len(c.Commit), 10)] }

// known says whether the commit is.
func (c Code) known() bool { return c.Commit != "" && c.Commit != UnknownCommit }

// origin says in words from which code a run is, and how that stands to the code of the page.
func (c Code) origin(page Code) string {
	from := "Run from " + c.String()
	if !c.known() {
		from = "The " + c.String()
	}
	of := "this page's " + page.String()
	switch {
	case c.Commit == "":
		return "The commit was not recorded: the run is older than " + of + "."
	case c == page:
		return from + "."
	case !c.known() || !page.known():
		return from + ", which may differ from " + of + "."
	case c.Commit == page.Commit:
		return from + ", in another state than " + of + "."
	case c.Time < page.Time:
		return from + ", older than " + of + "."
	}
	return from + ", not " + of + "."
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os/exec"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"lagrange/data"
	"lagrange/view"
	"lagrange/view/page"
)

// pageFlags say where a page is answered.
type pageFlags struct {
	listen string
	open   bool
}

// anyLocal is a free port of this machine alone.
const anyLocal = "127.0.0.1:0"

func (o *pageFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.listen, "listen", anyLocal, "`address` and port of the page; port 0: a free one")
	cmd.Flags().BoolVar(&o.open, "open", false, "open the page in a browser")
}

func (o *pageFlags) listener() (net.Listener, error) {
	l, err := net.Listen("tcp", o.listen)
	if err != nil {
		return nil, fmt.Errorf("--listen %s: %w; an address is as 127.0.0.1:8080, port 0 a free one", o.listen, err)
	}
	return l, nil
}

// browse opens an address in the browser of the machine, or says that it is to be opened by hand.
func browse(w io.Writer, url string) {
	name, args := "xdg-open", []string{url}
	switch runtime.GOOS {
	case "darwin":
		name = "open"
	case "windows":
		name, args = "rundll32", []string{"url.dll,FileProtocolHandler", url}
	}
	c := exec.Command(name, args...) // #nosec G204 of an address that is ours
	if err := c.Start(); err != nil {
		fmt.Fprintf(w, "no browser could be opened (%v): open the address yourself\n", err)
		return
	}
	go func() { _ = c.Wait() }() // what becomes of the browser is its own affair
}

// watched trains beside a page that shows it. The page outlives an interruption for as long as it takes to tell of it;
// once the training has ended it is that of the model, while somebody is there to end it.
func (f *trainFlags) watched(cmd *cobra.Command, args []string, set *data.Set, t *view.Training) (err error) {
	l, err := f.page.listener()
	if err != nil {
		return err
	}
	server, err := page.Following(t, l)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(cmd.Context()))
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(ctx, l) }()
	defer func() {
		stop()
		err = errors.Join(err, <-ended)
	}()
	say := cmd.ErrOrStderr()
	fmt.Fprintln(say, "watch it at", server.URL())
	if f.page.open {
		browse(say, server.URL())
	}
	m, err := f.trained(cmd, set, t)
	if err != nil {
		says := err.Error()
		if cmd.Context().Err() != nil {
			says = interrupted(err)
		}
		t.End(view.Failed, says, false)
		return err
	}
	if !attended(cmd) {
		t.End(view.Ended, fmt.Sprintf("The page ends with it: lagrange serve %s %s shows the model.", f.out,
			strings.Join(args, " ")), false)
		return nil
	}
	if set.States() {
		set = nil // there is no motion to look at
	}
	k := view.Named{Name: called(f.out), Path: f.out, Model: m, History: t.Lines()}
	s, err := view.New(cmd.Context(), titleOf(append([]string{f.out}, args...)), []view.Named{k}, set, "")
	if err == nil {
		err = server.Show(s)
	}
	if err != nil {
		t.End(view.Ended, "The model cannot be shown: "+err.Error(), false)
		return err
	}
	t.End(view.Ended, "", true)
	fmt.Fprintf(say, "\nthe model is at %s until Ctrl-C\n", server.URL())
	<-cmd.Context().Done()
	return nil
}

// attended says whether somebody at a terminal can end the program.
func attended(cmd *cobra.Command) bool {
	_, in := terminal(cmd.InOrStdin())
	_, out := terminal(cmd.ErrOrStderr())
	return in && out
}

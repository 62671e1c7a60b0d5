package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"lagrange"
	"lagrange/data"
	"lagrange/internal/file"
	"lagrange/view"
	"lagrange/view/page"
)

// viewFlags say what is looked at.
type viewFlags struct {
	columns columnFlags
	draw    string
}

func (o *viewFlags) add(cmd *cobra.Command) {
	o.columns.add(cmd)
	o.columns.addStep(cmd)
	cmd.Flags().StringVar(&o.draw, "draw", "", "`how` the mechanism looks, such as chain:theta1,theta2, "+
		"cartpole:x,theta, joints, spring, polar, spherical, bodies, ring, field, bars (default: "+
		"by the names of the coordinates)")
}

// scene reads models and recordings, in any order: a file is what it says it is.
func (o *viewFlags) scene(cmd *cobra.Command, paths []string) (*view.Scene, error) {
	var models []view.Named
	var recordings, names []string
	for _, p := range paths {
		name := strings.TrimSuffix(filepath.Base(p), filepath.Ext(p))
		names = append(names, name)
		if file.KindOf(p) != "model" {
			recordings = append(recordings, p)
			continue
		}
		m, err := lagrange.Load(p)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(models, func(k view.Named) bool { return k.Name == name }) {
			name = p
		}
		models = append(models, view.Named{Name: name, Model: m})
	}
	var set *data.Set
	var err error
	switch {
	case len(recordings) == 0:
	case len(models) > 0:
		set, err = readMotion(recordings, modelColumns(cmd, models[0].Model, o.columns.options()))
	default:
		columns := o.columns.options()
		columns.Positions = true
		set, err = data.Read(recordings, columns)
	}
	if err != nil {
		return nil, err
	}
	return view.New(cmd.Context(), strings.Join(slices.Compact(names), ", "), models, set, o.draw)
}

func serveCommand() *cobra.Command {
	var o viewFlags
	var listen string
	var open bool
	cmd := &cobra.Command{
		Use:   "serve [MODEL.lagrange…] [RECORDING…]",
		Short: "Show models and a recording on a page of this machine",
		Long: `Serve answers a page on this machine alone and prints its address: the mechanism as it moves,
recorded and predicted; energies, phase portraits and errors; and in sentences whether the model is
good, what to distrust, and until when its predictions hold. Drag what moves to another start, and
the models answer at once. It ends with Ctrl-C.

Files are models or recordings, as they say themselves; several models of one system are drawn over
each other. Where the recording is of a built-in system, the true motion is drawn, too.

Another address than one of this machine is asked for by --listen. The page is then behind a token,
which is part of the address that is printed; nothing is encrypted.`,
		Example: `  lagrange serve motor.lagrange examples/motor.csv --open
  lagrange serve dp.lagrange
  lagrange serve --draw cartpole:x,theta cart.csv`,
		Args: need("MODEL or RECORDING…"),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := o.scene(cmd, args)
			if err != nil {
				return err
			}
			l, err := net.Listen("tcp", listen)
			if err != nil {
				return fmt.Errorf("--listen %s: %w; an address is as 127.0.0.1:8080, port 0 a free one", listen, err)
			}
			return listening(cmd.Context(), cmd.OutOrStdout(), s, l, open)
		},
	}
	o.add(cmd)
	cmd.Flags().StringVar(&listen, "listen", "127.0.0.1:0", "`address` and port to answer on; port 0: a free one")
	cmd.Flags().BoolVar(&open, "open", false, "open the page in a browser")
	return cmd
}

// listening serves until ctx is done, which is how it ends well.
func listening(ctx context.Context, w io.Writer, s *view.Scene, l net.Listener, open bool) error {
	server, err := page.NewServer(s, l)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	fmt.Fprintf(w, "%s\nCtrl-C ends it.\n", server.URL())
	if open {
		if err := browse(server.URL()); err != nil {
			fmt.Fprintf(w, "no browser could be opened (%v): open the address yourself\n", err)
		}
	}
	return server.Serve(ctx, l)
}

// browse opens an address in the browser of the machine.
func browse(url string) error {
	name, args := "xdg-open", []string{url}
	switch runtime.GOOS {
	case "darwin":
		name = "open"
	case "windows":
		name, args = "rundll32", []string{"url.dll,FileProtocolHandler", url}
	}
	c := exec.Command(name, args...) // #nosec G204 of an address that is ours
	if err := c.Start(); err != nil {
		return err
	}
	go func() { _ = c.Wait() }() // what becomes of the browser is its own affair
	return nil
}

func reportCommand() *cobra.Command {
	var o viewFlags
	var path string
	cmd := &cobra.Command{
		Use:   "report MODEL.lagrange… [RECORDING…]",
		Short: "Write what serve shows into one file, which opens anywhere",
		Long: `Report writes the page of "lagrange serve" into one file: it has everything in it, asks for nothing
from elsewhere, and opens in any browser without a network. It shows the first six trajectories; other
starts need the program.`,
		Example: "  lagrange report motor.lagrange examples/motor.csv -o report.html",
		Args:    need("MODEL or RECORDING…"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if path == "" {
				return usagef("where to write? give -o with a name that ends in .html")
			}
			s, err := o.scene(cmd, args)
			if err != nil {
				return err
			}
			f, err := page.Freeze(cmd.Context(), s)
			if err != nil {
				return err
			}
			return output(cmd, path, func(w io.Writer) error { return page.WriteReport(w, s, f) }, args...)
		},
	}
	o.add(cmd)
	cmd.Flags().StringVarP(&path, "output", "o", "", "`file` to write, .html; - is standard output")
	return cmd
}

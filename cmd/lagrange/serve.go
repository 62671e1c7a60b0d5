package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"

	"github.com/spf13/cobra"

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

// scene reads models and recordings, in any order.
func (o *viewFlags) scene(cmd *cobra.Command, paths []string) (*view.Scene, error) {
	models, set, err := modelsAndRecording(cmd, paths, o.columns)
	if err != nil {
		return nil, err
	}
	return view.New(cmd.Context(), titleOf(paths), models, set, o.draw)
}

// titleOf names what is looked at by its files.
func titleOf(paths []string) string {
	var names []string
	for _, p := range paths {
		names = append(names, called(p))
	}
	return strings.Join(slices.Compact(names), ", ")
}

func serveCommand() *cobra.Command {
	var o viewFlags
	var where pageFlags
	cmd := &cobra.Command{
		Use:   "serve [MODEL.lagrange…] [RECORDING…]",
		Short: "Show models and a recording on a page of this machine",
		Long: `Serve answers a page on this machine alone and prints its address: the mechanism as it moves,
recorded and predicted; energies, phase portraits and errors; and in sentences whether the model is
good, what to distrust, and until when its predictions hold. Drag what moves to another start, and
the models answer at once. It ends with Ctrl-C.

Files are models or recordings, as they say themselves; several models of one system are drawn over
each other, their trainings, too, and a table says what differs between them. Where the recording is
of a built-in system, the true motion is drawn, too.

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
			l, err := where.listener()
			if err != nil {
				return err
			}
			return listening(cmd.Context(), cmd.OutOrStdout(), s, l, where.open)
		},
	}
	o.add(cmd)
	where.add(cmd)
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
		browse(w, server.URL())
	}
	return server.Serve(ctx, l)
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

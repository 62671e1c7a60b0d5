package fit

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"lagrange/data"
	"lagrange/internal/file"
	"lagrange/train"
)

// A training with Options.Checkpoint leaves files of these names, and no others:
//
//	CHECKPOINT[.mJ][.rR]        steps; of member J > 0 of an ensemble, of the network after R > 0 that were given up
//	CHECKPOINT[.mJ][.rR].wK     warm-up K
//	CHECKPOINT[.mJ][.rR].s      long roll-outs
//	CHECKPOINT[.mJ].iK          identification of motion, by family K that is tried
var afterCheckpoint = regexp.MustCompile(`^(\.m\d+)?(\.r\d+)?(\.w\d+|\.s|\.i\d+)?$`)

// ofMember and ofRestart name the checkpoint of a network, ofStage that of one of its stages; "" stays "".
func ofMember(checkpoint string, j int) string { return numbered(checkpoint, ".m", j) }

func ofRestart(checkpoint string, r int) string { return numbered(checkpoint, ".r", r) }

func ofStage(checkpoint, stage string) string {
	switch {
	case checkpoint == "" || stage == steps{}.Name():
		return checkpoint
	case stage == longRollouts{}.Name():
		return checkpoint + ".s"
	}
	return checkpoint + ".w" + strings.TrimPrefix(stage, warmUp{}.Name()+" ")
}

// ofIdentification names the checkpoint of an identification by the family that is tried as number k.
func ofIdentification(checkpoint string, k int) string {
	if checkpoint == "" {
		return ""
	}
	return fmt.Sprint(checkpoint, ".i", k)
}

func numbered(checkpoint, mark string, i int) string {
	if checkpoint == "" || i == 0 {
		return checkpoint
	}
	return fmt.Sprint(checkpoint, mark, i)
}

// Checkpoints lists the files that an interrupted training with Options.Checkpoint has left: what it goes on from.
func Checkpoints(checkpoint string) (paths []string) {
	each(checkpoint, func(path, name string, ours bool) {
		if ours && file.KindOf(path) == "checkpoint" {
			paths = append(paths, path)
		}
	})
	return paths
}

// Discard removes the checkpoints that a training with Options.Checkpoint has left, and those that it was about to
// write when it was killed. One that cannot be removed is refused by the next run that it does not belong to.
func Discard(checkpoint string) {
	for _, path := range Checkpoints(checkpoint) {
		os.Remove(path)
	}
	each(checkpoint, func(path, name string, ours bool) {
		if !ours && isCheckpoint(file.Unfinished(name), filepath.Base(checkpoint)) {
			os.Remove(path)
		}
	})
}

// each visits the files beside a checkpoint, and says which have the name of one of the training's.
func each(checkpoint string, visit func(path, name string, ours bool)) {
	folder, base := filepath.Split(checkpoint)
	if folder == "" {
		folder = "."
	}
	files, _ := os.ReadDir(folder) // what cannot be listed cannot be gone on from
	for _, f := range files {
		visit(filepath.Join(folder, f.Name()), f.Name(), isCheckpoint(f.Name(), base))
	}
}

// isCheckpoint says whether a name is one of those that a training with a checkpoint of the name base gives.
func isCheckpoint(name, base string) bool {
	rest, ok := strings.CutPrefix(name, base)
	return ok && afterCheckpoint.MatchString(rest)
}

// identity says what a training is: the numbers of the recording and all that was asked for, each setting by its name
// in lower case. What only shows or saves how it goes has no part in it.
func identity(print string, asked Options) train.Identity {
	if asked.From != nil {
		print += " from " + parameters(asked.From)
	}
	if asked.Like != nil {
		print += " like " + parameters(asked.Like)
	}
	if asked.From == nil { // what is left to these defaults is the same training as what asks for them
		asked.Model, asked.Activation = cmp.Or(asked.Model, DefaultModel), cmp.Or(asked.Activation, defaultActivation)
		asked.Loss, asked.Friction = cmp.Or(asked.Loss, defaultLoss), cmp.Or(asked.Friction, AutoFriction)
	}
	text, err := json.Marshal(asked)
	if err != nil {
		panic("fit: settings that are no JSON: " + err.Error()) // NaN: refused before
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(text, &fields); err != nil {
		panic("fit: " + err.Error())
	}
	id := train.Identity{"data": print}
	for name, value := range fields {
		id[strings.ToLower(name)] = string(value)
	}
	return id
}

// parameters are the fingerprint of the numbers of networks.
func parameters(networks []Network) string {
	h := sha256.New()
	for _, k := range networks {
		for _, x := range k.Net.Theta {
			fmt.Fprintf(h, "%x ", x)
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Run identifies a training: two that agree in it have the same recording and the same settings. Record.Run is that of
// a model's.
func Run(set *data.Set, o Options) string { return hashed(identity(set.Fingerprint(), o)) }

func hashed(id train.Identity) string {
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(id)) {
		fmt.Fprintf(h, "%q %q\n", name, id[name])
	}
	return hex.EncodeToString(h.Sum(nil))
}

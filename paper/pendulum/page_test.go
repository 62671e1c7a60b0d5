package pendulum

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"lagrange/experiment"
)

// What the page says of the double pendulum is what its reports say, told by this code.
func TestPageTellsReports(t *testing.T) {
	for name, s := range map[string]experiment.Settings{
		Name: {}, "pendulum-models": {Models: []string{"all"}}, "paper-recipe": {Recipe: paperRecipe},
	} {
		folder := filepath.Join("../../doc/results", name)
		var r Report
		var f experiment.Finished
		for file, x := range map[string]any{"report.json": &r, "result.json": &f} {
			text, err := os.ReadFile(filepath.Join(folder, file))
			if err == nil {
				err = json.Unmarshal(text, x)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		models, err := chosen(s)
		if err != nil {
			t.Fatal(err)
		}
		runs := r.Runs
		if len(runs) == 0 {
			runs = []Report{r}
		}
		if tables := []experiment.Table{tableOf(models, runs), costsOf(models, runs)}; !reflect.DeepEqual(tables,
			f.Tables) {
			t.Errorf("%s: tables\n%v, of the report\n%v", name, f.Tables, tables)
		}
		if told := notes(models, runs, s); !slices.Equal(told, f.Notes) {
			t.Errorf("%s: notes\n%q, of the report\n%q", name, f.Notes, told)
		}
	}
}

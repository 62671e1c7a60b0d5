package browser
import ("testing";"os")
func TestLook(t *testing.T){
 b:=open(t,1280,900,false)
 a:=serve(t,os.Getenv("LOOK"))
 b.visit(a+os.Getenv("QUERY"))
 b.laid()
 b.picture("look")
 b.clean(a)
}

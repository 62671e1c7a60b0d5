"""Writes the files of testdata/files with the libraries that people have: run it in that folder.

Made with NumPy 2.4.6, SciPy 1.17.1, pyarrow 26.0.1 and openpyxl 3.1.5. All hold one table."""
import datetime as dt
import json

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import scipy.io as sio

t=np.array([0,.5,1,1.5,2]); q=np.array([1,1.25,1.5,1.25,1]); v=np.array([.5,.5,0,-.5,-.5])
np.savez('plain.npz',t=t,q=q,v=v)
np.savez_compressed('packed.npz',t=t.astype('>f4'),q=q.astype('f2'),v=v.reshape(5,1),name=np.array('x'),label=np.array(['a','b','c','d','é']))
np.savez('nanoseconds.npz',t=1498567200000000000+(t*1e9).astype('i8'),q=q,v=v)
np.savez('batch.npz',t=t,q=np.stack([q,q+1])[:,:,None],v=np.stack([v,v])[:,:,None])
np.savez('columns.npz',t=t,state=np.asfortranarray(np.stack([q,v],1)))
np.savez('rows.npz',t=t[None,:],q=q[None,:],v=v[None,:])
r=np.zeros(5,dtype=[('t','<f8'),('q','<f4'),('v','<f8',(1,)),('on','?')]); r['t']=t; r['q']=q; r['v'][:,0]=v
np.save('record.npy',r)
np.save('bare.npy',np.stack([t,q,v],1))
np.savez('object.npz',t=t,q=q,v=v,extra=np.array([None,1],dtype=object))
sio.savemat('plain.mat',dict(t=t,q=q,v=v,name='pendulum'),do_compression=False,oned_as='column')
sio.savemat('packed.mat',dict(t=t,q=q,v=v,run=np.arange(5)),do_compression=True,oned_as='row')
sio.savemat('level4.mat',dict(t=t,q=q.astype('f4'),v=v,name='pendulum',k=np.arange(5,dtype='i4')),format='4',oned_as='column')
sio.savemat('struct.mat',dict(log=dict(t=t,q=q,v=v.astype('f4'),inner=dict(a=1.)),other=dict(t=t)),do_compression=True,oned_as='column')
tab=pa.table(dict(t=t,q=q.astype('f4'),v=v,id=['a']*5,k=pa.array([1,2,None,4,5]),empty=pa.array([None]*5,pa.string())))
pq.write_table(tab,'plain.parquet',compression='snappy')
pq.write_table(tab,'gzip.parquet',compression='gzip',data_page_version='2.0',use_dictionary=False)
pq.write_table(tab,'none.parquet',compression='none',use_dictionary=['q'],row_group_size=2,data_page_version='2.0')
pq.write_table(tab.select(['t','q','v']),'split.parquet',compression='snappy',use_dictionary=False,column_encoding={'t':'BYTE_STREAM_SPLIT','q':'BYTE_STREAM_SPLIT','v':'PLAIN'})
pq.write_table(tab,'zstd.parquet',compression='zstd')
n=10
le=pa.table({'observation.state':pa.array([[float(x),float(y)] for x,y in zip(np.r_[q,q],np.r_[v,v])],pa.list_(pa.float32())),
 'action':pa.array([[float(x)] for x in range(n)],pa.list_(pa.float32(),1)),
 'episode_index':pa.array([0]*5+[1]*5),'frame_index':pa.array(list(range(5))*2),'timestamp':pa.array(np.r_[t,t].astype('f4')),'index':pa.array(list(range(n)))})
pq.write_table(le,'lerobot.parquet')
pq.write_table(pa.table(dict(t=pa.array([dt.datetime(2025,5,8,21,7,49)+dt.timedelta(seconds=float(x)) for x in t],pa.timestamp('us')),q=q,v=v)),'stamps.parquet')
pq.write_table(pa.table(dict(t=pa.array((1498567200000000000+(t*1e9).astype('i8'))),q=q,v=v)),'delta.parquet',use_dictionary=False,column_encoding={'t':'DELTA_BINARY_PACKED','q':'PLAIN','v':'PLAIN'})
wb=openpyxl.Workbook(); ws=wb.active; ws.title='notes'; ws.append(['nothing here'])
ws=wb.create_sheet('run 2'); ws.append(['Pendulum, "long"']); ws.append([]); ws.append(['t','q','v','who'])
for a,b,c in zip(t,q,v): ws.append([float(a),float(b),float(c),'x, y'])
wb.save('sheets.xlsx')
wb=openpyxl.Workbook(); ws=wb.active; ws.append(['time','q','v'])
for a,b,c in zip(t,q,v): ws.append([dt.datetime(2025,5,8,21,7,49)+dt.timedelta(seconds=float(a)),float(b),float(c)])
wb.save('dates.xlsx')
open('lines.jsonl','w').write(''.join(json.dumps(dict(t=a,q=b,v=c,info=dict(ok=True),who='x'))+'\n' for a,b,c in zip(t.tolist(),q.tolist(),v.tolist())))
json.dump([dict(t=a,x=[b],v=c) for a,b,c in zip(t.tolist(),q.tolist(),v.tolist())],open('array.json','w'))
json.dump(dict(t=t.tolist(),q=q.tolist(),v=v.tolist()),open('columns.json','w'))
with open('../../array/testdata/squares.zst', 'wb') as f:
    f.write(pa.Codec('zstd', compression_level=6).compress(''.join('%d,' % (i*i % 1009) for i in range(4000)).encode(), asbytes=True))


def text():
    x = 7
    out = bytearray(b'the quick brown fox jumps over the lazy dog 0123456789 ')
    d = [7, 11, 19]
    def nxt(n):
        nonlocal x
        x=(x*1103515245+12345)%(1<<31)
        return (x>>8)%n
    for i in range(600):
        if nxt(3)==0:
            for _ in range(1+nxt(3)): out.append(97+nxt(26))
        if nxt(8)==0: d[nxt(3)]=5+nxt(50)
        k=d[nxt(3)]; n=4+nxt(12)
        for _ in range(n): out.append(out[-k])
    return bytes(out)


with open('../../array/testdata/repeats.zst', 'wb') as f:
    f.write(pa.Codec('zstd', compression_level=19).compress(text(), asbytes=True))

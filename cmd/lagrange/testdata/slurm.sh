#!/bin/bash
# Runs a command beside a Slurm of one node, in a network namespace of its own, so that nothing can be reached from
# outside: unshare -n bash slurm.sh FOLDER COMMAND…   The daemons end with the script.
set -euo pipefail
folder=$1
shift
ip link set lo up
ip addr add 10.99.0.1/32 dev lo # names are looked up only where there is an address besides 127.0.0.1
mkdir -p "$folder/state" "$folder/spool" "$folder/munge"
head -c 128 /dev/urandom >"$folder/munge/key"
chmod 400 "$folder/munge/key"
chmod 755 "$folder/munge"
munged --force --key-file="$folder/munge/key" --socket="$folder/munge/socket" --pid-file="$folder/munge/pid" \
	--log-file="$folder/munge/log" --seed-file="$folder/munge/seed"
cat >"$folder/slurm.conf" <<END
ClusterName=test
SlurmctldHost=$(hostname)(127.0.0.1)
AuthType=auth/munge
AuthInfo=socket=$folder/munge/socket
CredType=cred/munge
SlurmUser=root
SlurmdUser=root
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/ctld.pid
SlurmdPidFile=$folder/d.pid
SlurmctldLogFile=$folder/ctld.log
SlurmdLogFile=$folder/d.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SchedulerType=sched/backfill
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
JobCompType=jobcomp/none
AccountingStorageType=accounting_storage/none
ReturnToService=2
MpiDefault=none
SwitchType=switch/none
KillWait=5
JobRequeue=1
SchedulerParameters=sched_interval=2,bf_interval=2
NodeName=$(hostname) NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
END
export SLURM_CONF=$folder/slurm.conf
slurmctld -D >"$folder/ctld.out" 2>&1 &
ctld=$!
slurmd -D >"$folder/d.out" 2>&1 &
d=$!
end() {
	scancel --user=root || true
	for _ in $(seq 30); do
		[ -z "$(squeue -h)" ] && break
		sleep 0.5
	done
	kill $d && sleep 1
	kill -KILL $d $ctld "$(cat "$folder/munge/pid")"
	wait
} 2>/dev/null
trap end EXIT
for _ in $(seq 60); do
	if sinfo -h -o %T 2>/dev/null | grep -q idle; then
		"$@"
		exit
	fi
	sleep 0.5
done
echo "Slurm did not come up:" >&2
tail -n 5 "$folder"/*.log "$folder"/*.out >&2
exit 99

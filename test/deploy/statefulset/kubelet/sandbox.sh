# Runs a container's command with the files of a pod. Started in the pod's network namespace, with mounts and a host name of its own.
#
#   sh sandbox.sh POD REPOSITORY WORKDIR COMMAND...
#
# POD is a folder: `root`, empty, for the mounts; `etc`; and `mounts`, a line for each: `bind FROM TO` (read-only), `shared FROM TO` or
# `tmpfs OPTIONS TO`. The repository stands at WORKDIR, read-only, as the app does in the image; programs are those of the machine.
set -eu
pod=$1 repository=$2 workdir=$3
shift 3
root=$pod/root

cat "$pod/etc/hostname" > /proc/sys/kernel/hostname
mount -t tmpfs -o mode=755 root "$root"
for entry in /*; do
  case $entry in
    /tmp | /run | /var | /etc | "$workdir") continue ;;
  esac
  if [ -L "$entry" ]; then
    cp -P "$entry" "$root$entry"
  elif [ -d "$entry" ]; then
    mkdir "$root$entry"
    mount --rbind "$entry" "$root$entry"
  fi
done
mkdir -p "$root/tmp" "$root/run" "$root/var" "$root/etc" "$root$workdir"
for name in passwd group nsswitch.conf ld.so.cache ssl; do
  if [ -e "/etc/$name" ]; then cp -a "/etc/$name" "$root/etc/"; fi
done
cp "$pod/etc/"* "$root/etc/"
mount --bind "$repository" "$root$workdir"
mount -o remount,bind,ro "$root$workdir"

while read -r kind what to; do
  case $to in
    /tmp | /tmp/* | /run/* | /var/* | /etc/* | /history) ;;
    *) echo "mountPath $to: the simulation can mount below /tmp, /run, /var and /etc only" >&2; exit 1 ;;
  esac
  mkdir -p "$root$to"
  case $kind in
    tmpfs) mount -t tmpfs -o "$what" tmpfs "$root$to" ;;
    shared) mount --bind "$what" "$root$to" ;;
    bind)
      mount --bind "$what" "$root$to"
      mount -o remount,bind,ro "$root$to"
      ;;
  esac
done < "$pod/mounts"
mount -o remount,ro "$root"
exec chroot "$root" sh -c 'cd "$0" && exec "$@"' "$workdir" "$@"

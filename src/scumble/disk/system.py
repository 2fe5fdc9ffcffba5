"""The system calls by which Scumble writes: all of them, so that a test can make each one fail, or be the last."""

import fcntl
import os

close = os.close
chmod = os.fchmod
chown = os.fchown
fstat = os.fstat
fsync = os.fsync
link = os.link
lock = fcntl.flock
lstat = os.lstat
mkdir = os.mkdir
open = os.open
read = os.pread
rename = os.replace
scan = os.scandir
seek = os.lseek
stat = os.stat
truncate = os.ftruncate
unlink = os.unlink
write = os.write
